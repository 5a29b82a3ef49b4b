import { Command } from 'commander'
import type { QueryAnswer } from '../client/documents.ts'
import { askFact, type FactOptions, factPath, stateLines, withFactOptions } from './ask-fact.ts'
import type { CommandDeps } from './command-deps.ts'

/** Asks about any targets, now. */
export function queryFactCommand(deps: CommandDeps): Command {
  return withFactOptions(
    new Command('query')
      .description('states of any targets, on the stored evidence; nothing is stored')
      .argument('<subject>', 'the subject key, or another name of it')
      .argument('<targets...>', 'symbols'),
  )
    .addHelpText('after', '\nExamples:\n  signals facts query nightly-42 yaml.load yaml.dump')
    .action(async (subject: string, targets: readonly string[], options: FactOptions) => {
      const request = {
        method: 'POST',
        path: factPath(subject, '/query'),
        headers: { 'content-type': 'application/json' },
        body: () => JSON.stringify({ targets }),
      } as const
      await askFact<QueryAnswer>(deps, { request, options }, describeAnswer)
    })
}

function describeAnswer({ factVersion, states, unmatched = [] }: QueryAnswer): readonly string[] {
  const unknown = unmatched.map(({ target = '?', nearestNames }) => {
    const meant = nearestNames.length === 0 ? '' : `; did you mean ${nearestNames.join(', ')}?`
    return `${target} is in no graph${meant}`
  })
  return [`version ${factVersion}`, ...states.flatMap(stateLines), ...unknown]
}

import { Command } from 'commander'
import type { FactDocument } from '../client/documents.ts'
import { askFact, type FactOptions, factPath, stateLines, withFactOptions } from './ask-fact.ts'
import type { CommandDeps } from './command-deps.ts'
import { queryOf } from './push.ts'

interface GetOptions extends FactOptions {
  readonly factVersion?: string
}

/** What is known of a subject. */
export function getFactCommand(deps: CommandDeps): Command {
  return withFactOptions(
    new Command('get')
      .description('what is known of a subject: its verdict, and each target')
      .argument('<subject>', 'the subject key, or another name of it')
      .option('--fact-version <number>', 'as it was then; the last when absent'),
  )
    .addHelpText(
      'after',
      '\nExamples:\n  signals facts get nightly-42\n  signals facts get nightly-42 --json | jq .score',
    )
    .action(async (subject: string, options: GetOptions) => {
      const query = queryOf({ version: options.factVersion })
      const request = { method: 'GET', path: factPath(subject), query } as const
      await askFact<FactDocument>(deps, { request, options }, describeFact)
    })
}

function describeFact(fact: FactDocument): readonly string[] {
  const { subjectKey, verdict, score, metadata, unknownsCount, states, statesTotal = states.length } = fact
  const version = metadata['fact.version'] ?? '?'
  const unknowns = unknownsCount === 0 ? '' : `, ${unknownsCount} unknowns`
  const more = statesTotal - states.length
  return [
    `${subjectKey}, version ${version}: ${verdict}, score ${score}${unknowns}`,
    ...states.flatMap(stateLines),
    ...(more === 0 ? [] : [`… and ${more} more states: GET ${factPath(subjectKey, '/states')}`]),
  ]
}

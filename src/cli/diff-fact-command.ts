import { Command } from 'commander'
import type { FactDiff } from '../client/documents.ts'
import { askFact, type FactOptions, factPath, withFactOptions } from './ask-fact.ts'
import type { CommandDeps } from './command-deps.ts'
import { queryOf } from './push.ts'

interface DiffOptions extends FactOptions {
  readonly from: string
  readonly to?: string
}

/** What became of a fact. */
export function diffFactCommand(deps: CommandDeps): Command {
  return withFactOptions(
    new Command('diff')
      .description('what changed between two versions of a fact')
      .argument('<subject>', 'the subject key, or another name of it')
      .requiredOption('--from <version>', 'a version')
      .option('--to <version>', 'a later one; the last when absent'),
  )
    .addHelpText('after', '\nExamples:\n  signals facts diff nightly-42 --from 1 --to 3')
    .action(async (subject: string, options: DiffOptions) => {
      const query = queryOf({ from: options.from, to: options.to })
      const request = { method: 'GET', path: factPath(subject, '/diff'), query } as const
      await askFact<FactDiff>(deps, { request, options }, describeDiff)
    })
}

function describeDiff(diff: FactDiff): readonly string[] {
  const { subjectKey, from, to, verdictChanges, scoreChanges, newRuntimeSymbols } = diff
  return [
    `${subjectKey}, version ${from.version} to ${to.version}: ${from.verdict} to ${to.verdict}, score ${from.score} to ${to.score}`,
    ...verdictChanges.flatMap(({ target, before, after }) => [
      `${target}: ${before?.verdict ?? 'not asked about'} to ${after?.verdict ?? 'not asked about'}`,
      ...witness('before', before),
      ...witness('after', after),
    ]),
    ...scoreChanges.map(({ target, before, after }) => `${target}: score ${before} to ${after}`),
    ...newRuntimeSymbols.map(({ symbolId, hitCount }) => `${symbolId}: seen running, ${hitCount} hits`),
    ...notShown('changes of a verdict', diff.verdictChangesTotal - verdictChanges.length),
    ...notShown('changes of a score', diff.scoreChangesTotal - scoreChanges.length),
    ...notShown('new runtime symbols', diff.newRuntimeSymbolsTotal - newRuntimeSymbols.length),
  ]
}

function witness(when: string, state: { readonly path: readonly string[] } | null): string[] {
  return state && state.path.length > 0 ? [`  ${when}: ${state.path.join(' → ')}`] : []
}

function notShown(what: string, count: number): string[] {
  return count > 0 ? [`… and ${count} more ${what}`] : []
}

import { Command } from 'commander'
import type { CommandDeps } from './command-deps.ts'
import { type PushOptions, push, withPushOptions } from './push.ts'

interface UnionOptions extends PushOptions {
  readonly analysisId?: string
}

/** Both at once. */
export function pushUnionCommand(deps: CommandDeps): Command {
  return withPushOptions(
    new Command('union')
      .description('push a union bundle: a graph and its runtime facts in one ZIP')
      .argument('<file>', 'the archive; - for standard input')
      .option('--analysis-id <id>', 'its name; else the one in its meta.json, else one made of its content'),
  )
    .addHelpText('after', '\nExamples:\n  signals push union analysis.zip --analysis-id nightly-42-shop --wait 10')
    .action(async (path: string, options: UnionOptions) => {
      const { analysisId } = options
      const headers = {
        'content-type': 'application/zip',
        ...(analysisId !== undefined && { 'x-analysis-id': analysisId }),
      }
      const route = '/signals/reachability/union'
      const said = { route, query: new URLSearchParams(), headers, isArchive: true }
      const answer = await push(deps, { path, said, options })
      const { nodeCount, edgeCount } = answer
      if (!options.json) {
        deps.print(`${String(answer['analysisId'])}  ${String(nodeCount)} nodes, ${String(edgeCount)} edges`)
      }
    })
}

import { Command } from 'commander'
import type { CommandDeps } from './command-deps.ts'
import { type PushOptions, push, queryOf, withPushOptions } from './push.ts'

interface RuntimeOptions extends PushOptions {
  readonly callgraphId: string
  readonly scanId?: string
  readonly imageDigest?: string
  readonly component?: string
  readonly componentVersion?: string
  readonly analysisId?: string
  readonly observedFrom?: string
  readonly observedTo?: string
  readonly format?: string
  readonly source?: string
  readonly strict?: true
}

/** What was called. */
export function pushRuntimeCommand(deps: CommandDeps): Command {
  return withPushOptions(
    new Command('runtime')
      .description('push runtime facts: one event a line, a JSON array, or the output of a tool')
      .argument('<file>', 'the facts, plain or compressed with gzip or zstd; - for standard input')
      .requiredOption('--callgraph-id <id>', 'the graph that they belong to; one that is not there yet is waited for')
      .option('--scan-id <id>', 'the subject: a scan')
      .option('--image-digest <digest>', 'the subject: an image')
      .option('--component <name>', 'the subject: a component, with --component-version')
      .option('--component-version <version>', 'of the component')
      .option('--analysis-id <id>', 'the analysis that they belong to')
      .option('--observed-from <time>', 'since when it was watched (RFC 3339)')
      .option('--observed-to <time>', 'until when')
      .option('--format <format>', 'of a tool, or auto; events when absent')
      .option('--source <name>', 'who observed')
      .option('--strict', 'all lines or none'),
  )
    .addHelpText(
      'after',
      `
Lines that are refused are said on standard error; the receipt has them all.

Examples:
  signals push runtime events.ndjson --callgraph-id cg-f015470535ad6f53549b2c80bee04eb9 --scan-id nightly-42
  signals push runtime coverage.json --format v8-coverage --callgraph-id cg-… --scan-id nightly-42 --json`,
    )
    .action(async (path: string, options: RuntimeOptions) => {
      const { callgraphId, scanId, imageDigest, component, componentVersion: version, analysisId, source } = options
      const { observedFrom, observedTo, format, strict } = options
      const subject = { scanId, imageDigest, component, version }
      const query = queryOf({ callgraphId, ...subject, analysisId, observedFrom, observedTo, format, strict })
      const headers = {
        'content-type': 'application/octet-stream',
        ...(source !== undefined && { 'x-source': source }),
      }
      // An observer may be ahead of the scanner. Source: contracts, 1.
      const passingCodes = ['CALLGRAPH_NOT_FOUND']
      const said = { route: '/signals/runtime-facts/ndjson', query, headers, isArchive: false, passingCodes }
      const answer = await push(deps, { path, said, options })
      const { receiptId, accepted, rejected, totalHits } = answer
      if (!options.json) {
        deps.print(`${String(receiptId)}  ${String(accepted)} events accepted, ${String(totalHits)} hits`)
      }
      if (rejected !== 0) deps.say(`${String(rejected)} lines refused: see GET /signals/receipts/${String(receiptId)}`)
    })
}

import { Command } from 'commander'
import type { CommandDeps } from './command-deps.ts'
import { collect, type PushOptions, push, queryOf, withPushOptions } from './push.ts'

interface CallgraphOptions extends PushOptions {
  readonly language: string
  readonly component: string
  // `version` would be commander's own.
  readonly componentVersion: string
  readonly format?: string
  readonly root?: string
  readonly analyzer?: string
  readonly analyzerVersion?: string
  readonly algorithm?: string
  readonly artifactFileName?: string
  readonly analysisId?: string
  readonly closedWorld?: true
  readonly entryPoint: readonly string[]
  readonly target: readonly string[]
  readonly scanId?: string
  readonly imageDigest?: string
  readonly subjectComponent?: string
  readonly subjectVersion?: string
}

/** What could be called. */
export function pushCallgraphCommand(deps: CommandDeps): Command {
  return withPushOptions(
    new Command('callgraph')
      .description('push a call graph: of our own shapes, or as an analyser wrote it')
      .argument('<file>', 'the graph, plain or compressed with gzip or zstd; - for standard input')
      .requiredOption('--language <language>', 'of the program')
      .requiredOption('--component <name>', 'what was analysed')
      .requiredOption('--component-version <version>', 'of the component')
      .option('--format <format>', 'told by the content when absent')
      .option('--root <directory>', 'what file names lose')
      .option('--analyzer <name>', 'what made the graph')
      .option('--analyzer-version <version>', 'of the analyser')
      .option('--algorithm <name>', 'by which the analyser worked: cha, rta, vta')
      .option('--artifact-file-name <name>', 'what the graph was called where it was made')
      .option('--analysis-id <id>', 'the analysis that it belongs to')
      .option('--closed-world', 'the analyser left out no possible call')
      .option('--entry-point <id>', 'a declared entry point; may be repeated', collect, [])
      .option('--target <name>', 'a symbol that is asked about; may be repeated', collect, [])
      .option('--scan-id <id>', 'the subject: a scan')
      .option('--image-digest <digest>', 'the subject: an image')
      .option('--subject-component <name>', 'the subject: a component, with --subject-version')
      .option('--subject-version <version>', 'of the subject'),
  )
    .addHelpText(
      'after',
      `
Running it again changes nothing: the key is made of the content and the options.

Examples:
  signals push callgraph callgraph.json --language node --component shop --component-version 1.4.2 \\
    --scan-id nightly-42 --target yaml.load --wait 10
  callgraph -algo=vta ./... | signals push callgraph - --language go --component shop --component-version 1.4.2`,
    )
    .action(async (path: string, options: CallgraphOptions) => {
      const { language, component, componentVersion: version, entryPoint, target, closedWorld } = options
      const { format, root, analyzer, analyzerVersion, algorithm, artifactFileName, analysisId } = options
      const { scanId, imageDigest, subjectComponent, subjectVersion } = options
      const named = { language, component, version, format, root, artifactFileName, analysisId }
      const subject = { scanId, imageDigest, subjectComponent, subjectVersion }
      const query = queryOf({
        ...named,
        analyzer,
        analyzerVersion,
        algorithm,
        closedWorld,
        entryPoint,
        target,
        ...subject,
      })
      const headers = { 'content-type': 'application/octet-stream' }
      const said = { route: '/signals/callgraphs', query, headers, isArchive: false }
      const answer = await push(deps, { path, said, options })
      if (!options.json) deps.print(`${String(answer['callgraphId'])}  ${sizeOf(answer)}  ${String(answer['status'])}`)
    })
}

function sizeOf({ nodeCount, edgeCount }: Readonly<Record<string, unknown>>): string {
  return `${String(nodeCount)} nodes, ${String(edgeCount)} edges`
}

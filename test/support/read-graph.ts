import { type AnalyzeOptions, readCallgraph } from '../../src/callgraphs/analyze-callgraph.ts'
import { buildGraphIndex } from '../../src/callgraphs/build-graph-index.ts'
import type { NormalizedCallgraph } from '../../src/callgraphs/callgraph.ts'
import { CallgraphError } from '../../src/callgraphs/callgraph-errors.ts'
import type { GraphIndex } from '../../src/callgraphs/graph-index.ts'
import { openGraphIndex } from '../../src/callgraphs/open-graph-index.ts'

const plain: AnalyzeOptions = { format: 'auto', language: 'node', declaredEntryPoints: [], closedWorld: false }

export async function* chunked(content: string | Buffer, size = 64 * 1024): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(content)
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

/** A graph from text, or from anything that JSON can write. */
export async function readGraph(content: unknown, options: Partial<AnalyzeOptions> = {}) {
  const text = typeof content === 'string' || Buffer.isBuffer(content) ? content : JSON.stringify(content)
  return await readCallgraph({ ...plain, ...options, chunks: chunked(text) })
}

export async function normalized(
  content: unknown,
  options: Partial<AnalyzeOptions> = {},
): Promise<NormalizedCallgraph> {
  return (await readGraph(content, options)).graph
}

export async function refusalOf(content: unknown, options: Partial<AnalyzeOptions> = {}): Promise<CallgraphError> {
  const caught = await readGraph(content, options).catch((error: unknown) => error)
  if (caught instanceof CallgraphError) return caught
  throw new TypeError(`not refused: ${JSON.stringify(caught)}`)
}

export function indexOf(graph: NormalizedCallgraph): GraphIndex {
  return openGraphIndex(buildGraphIndex(graph).buffer)
}

import type { StagedBlob } from '../cas/staged-blob.ts'
import type { Staging } from '../cas/staging.ts'
import type { Digest } from '../identifiers/digest.ts'
import { buildGraphIndex } from './build-graph-index.ts'
import type { CallgraphEntryPoint, DroppedCounts, NormalizedCallgraph } from './callgraph.ts'
import { detectFormat } from './formats/detect-format.ts'
import { stageGraph } from './graph-archive.ts'
import { GraphBuilder } from './graph-builder.ts'
import { defaultGraphLimits, type GraphLimits } from './raw-graph.ts'

export interface AnalyzeOptions {
  /** A format's name, or `auto`. */
  readonly format: string
  /** Absent: the only one that the nodes name, else `binary`. */
  readonly language?: string | undefined
  readonly root?: string | undefined
  readonly declaredEntryPoints: readonly string[]
  readonly closedWorld: boolean
  readonly limits?: GraphLimits | undefined
}

export interface AnalyzedCallgraph {
  readonly format: string
  readonly graphHash: Digest
  readonly language: string
  readonly closedWorld: boolean
  readonly nodeCount: number
  readonly edgeCount: number
  readonly externalCount: number
  readonly entryPoints: readonly CallgraphEntryPoint[]
  readonly dropped: DroppedCounts
  readonly archive: StagedBlob
  readonly index: StagedBlob
}

/** Reads, normalises and hashes a graph, and stages its stored form and its index. The caller discards both; a failure leaves nothing. */
export async function analyzeCallgraph(
  deps: { readonly staging: Staging },
  input: AnalyzeOptions & { readonly chunks: AsyncIterable<Uint8Array> },
): Promise<AnalyzedCallgraph> {
  const { format, graph } = await readCallgraph(input)
  const { language, closedWorld, nodes, edgeCount, externalCount, entryPoints, dropped } = graph
  const { graphHash, archive } = await stageGraph(deps.staging, graph)
  try {
    const index = await deps.staging.stage(buildGraphIndex(graph), 'identity')
    const summary = { format, graphHash, language, closedWorld, nodeCount: nodes.length, edgeCount, externalCount }
    return { ...summary, entryPoints, dropped, archive, index }
  } catch (error) {
    await archive.discard()
    throw error
  }
}

/** What a graph is of that nobody has said to be of one language. */
const anyLanguage = 'binary'

/** The normalised graph of an upload, and the format that it was in. */
export async function readCallgraph(
  input: AnalyzeOptions & { readonly chunks: AsyncIterable<Uint8Array> },
): Promise<{ readonly format: string; readonly graph: NormalizedCallgraph }> {
  const { root, closedWorld, declaredEntryPoints, limits = defaultGraphLimits } = input
  const { format, chunks } = await detectFormat(asBuffers(input.chunks), input.format)
  const builder = new GraphBuilder(limits)
  await format.read(chunks, builder, { language: input.language ?? anyLanguage, root })
  for (const nodeId of declaredEntryPoints) builder.addEntryPoint({ nodeId })
  const { infer, partsOf } = format
  const language = input.language ?? builder.onlyLanguage ?? anyLanguage
  return { format: format.name, graph: builder.build({ language, closedWorld, root, infer, partsOf }) }
}

async function* asBuffers(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
}

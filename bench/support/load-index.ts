import { readCallgraph } from '../../src/callgraphs/analyze-callgraph.ts'
import { buildGraphIndex } from '../../src/callgraphs/build-graph-index.ts'
import type { SharedGraphIndex } from '../../src/callgraphs/load-graph-index.ts'
import { openGraphIndex } from '../../src/callgraphs/open-graph-index.ts'
import { type GraphShape, graphBytes } from './made-graph.ts'

/** A made graph as the service holds it: read, normalised, indexed, and shared. */
export async function loadIndex(shape: GraphShape): Promise<SharedGraphIndex> {
  const { graph } = await readCallgraph({
    format: 'signals-json',
    language: 'java',
    declaredEntryPoints: [],
    closedWorld: false,
    chunks: (async function* () {
      yield* graphBytes(shape)
    })(),
  })
  const bytes = buildGraphIndex(graph)
  const buffer = new SharedArrayBuffer(bytes.byteLength)
  new Uint8Array(buffer).set(bytes)
  return { buffer, index: openGraphIndex(buffer) }
}

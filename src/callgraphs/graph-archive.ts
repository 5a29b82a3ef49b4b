import { stageArchive } from '../cas/archive.ts'
import type { StagedBlob } from '../cas/staged-blob.ts'
import type { Staging } from '../cas/staging.ts'
import { canonicalBytes } from '../lib/canonical-json.ts'
import { callgraphSchema, type NormalizedCallgraph } from './callgraph.ts'
import { bytesOfLines, edgeLineWithEvidence, nodeLine } from './canonical-lines.ts'

/** The stored form of a graph (contracts, 8). Nothing in it tells when, where or from which spelling it was made. */
export async function stageGraph(staging: Staging, graph: NormalizedCallgraph): Promise<StagedBlob> {
  const nodes = await staging.stage(asAsync(bytesOfLines(mapped(graph.nodes, nodeLine))), 'identity')
  try {
    const edges = await staging.stage(asAsync(bytesOfLines(mapped(graph.edges(), edgeLineWithEvidence))), 'identity')
    try {
      return await stageArchive(staging, [
        { name: 'edges.ndjson', content: edges },
        { name: 'meta.json', content: canonicalBytes(metaOf(graph)) },
        { name: 'nodes.ndjson', content: nodes },
      ])
    } finally {
      await edges.discard()
    }
  } finally {
    await nodes.discard()
  }
}

function metaOf({ language, closedWorld, entryPoints, nodes, edgeCount, externalCount }: NormalizedCallgraph) {
  const counts = { nodes: nodes.length, edges: edgeCount, entryPoints: entryPoints.length, external: externalCount }
  return { schema: callgraphSchema, language, closedWorld, entryPoints, counts }
}

function* mapped<Item>(items: Iterable<Item>, lineOf: (item: Item) => string): Generator<string> {
  for (const item of items) yield lineOf(item)
}

async function* asAsync(chunks: Iterable<Buffer>): AsyncGenerator<Buffer> {
  yield* chunks
}

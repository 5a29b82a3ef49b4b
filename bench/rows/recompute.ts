import { adjacencyOf, searchBreadthFirst } from '../baselines/breadth-first.ts'
import { alternate, millisecondsOf } from '../support/alternate.ts'
import { type BenchRow, type Claim, resultOf } from '../support/claim.ts'
import { makeEdges, nodeId, pickNodes } from '../support/made-graph.ts'
import { jsonBody, postAndFold } from '../support/post.ts'
import { startService } from '../support/server-process.ts'
import { postGraph } from '../support/service-graph.ts'

const claim: Claim = {
  row: 8,
  claim: 'recompute of 1,000 targets on 170,000 nodes and 1,300,000 edges, from request to durable fact, index cached',
  against: 'breadth-first search over typed arrays alone',
  bar: 8,
  better: 'lower',
}

const shape = { nodes: 170_000, edges: 1_300_000, seed: 1 }

/** Every round asks about a subject of its own, so that nothing but the graph's index is known before. */
export const recompute: BenchRow = {
  name: 'recompute',
  async *measure(options) {
    await using service = await startService(options)
    const callgraphId = await postGraph(service.url, shape)
    const targets = pickNodes({ nodes: shape.nodes, count: 1_000, seed: 2 }).map(nodeId)
    const adjacency = adjacencyOf(shape.nodes, makeEdges(shape))
    const measured = await alternate({
      ours: async (round) => {
        const body = jsonBody({ subject: { scanId: `bench-${round}` }, callgraphIds: [callgraphId], targets })
        return await millisecondsOf(() =>
          postAndFold({ url: `${service.url}/signals/reachability/recompute`, ...body }),
        )
      },
      baseline: () => millisecondsOf(async () => reachAll(adjacency)),
    })
    yield resultOf(claim, { unit: 'ms', ...measured })
  },
}

function reachAll(adjacency: ReturnType<typeof adjacencyOf>): void {
  if (searchBreadthFirst(adjacency).includes(-1)) throw new Error('the search must reach the whole graph')
}

import type { NormalizedCallgraph } from '../../src/callgraphs/callgraph.ts'
import type { TinyGraph } from './tiny-graph.ts'

/** A normalised graph as the slow reference reads it; ids must not have `>` or `?` in them. */
export function tinyOfGraph(graph: NormalizedCallgraph): TinyGraph {
  const bySymbol = Map.groupBy(graph.nodes, ({ symbolId }) => symbolId)
  const [first] = graph.entryPoints
  return {
    edges: [...graph.edges()].map(({ from, to, isResolved }) => `${from}${isResolved ? '>' : '?>'}${to}`),
    nodes: graph.nodes.map(({ id }) => id),
    external: graph.nodes.flatMap(({ id, kind }) => (kind === 'external' ? [id] : [])),
    entryPoints: [...new Set(graph.entryPoints.map(({ nodeId }) => nodeId))],
    ...(first && { source: first.source }),
    openWorld: !graph.closedWorld,
    symbolKeys: Object.fromEntries([...bySymbol].map(([symbolId, nodes]) => [symbolId, nodes.map(({ id }) => id)])),
  }
}

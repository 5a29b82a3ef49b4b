import { DirectedGraph } from 'graphology'
import { singleSource } from 'graphology-shortest-path'

export function graphologyOf(edges: Iterable<readonly [from: string, to: string]>): DirectedGraph {
  const graph = new DirectedGraph()
  // Merging makes nodes as they are named, and takes an edge that is told twice once.
  for (const [from, to] of edges) graph.mergeEdge(from, to)
  return graph
}

/** The shortest path to each node that can be reached, from one search. */
export function shortestPaths(graph: DirectedGraph, entryPoint: string): Readonly<Record<string, readonly string[]>> {
  return singleSource(graph, entryPoint)
}

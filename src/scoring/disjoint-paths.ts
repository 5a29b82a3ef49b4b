import type { GraphEvidence } from './scored-graph.ts'
import { type FoundPath, type Link, searchGraph } from './search-graph.ts'

export interface FurtherPaths {
  readonly target: number
  /** What the state shows. */
  readonly first: FoundPath
  readonly count: number
  readonly maxNodes: number
}

/**
 * Further paths to a target, each the shortest that shares no node with those before it but its ends. Greedy, so there may
 * be more of them than it finds; what it finds is the same every time.
 */
export function disjointPaths(graph: GraphEvidence, { target, first, count, maxNodes }: FurtherPaths): FoundPath[] {
  const avoidedNodes = new Uint8Array(graph.index.nodeCount)
  const blockedLinks: Link[] = [...graph.blockedLinks]
  const paths: FoundPath[] = []
  let last = first
  // A path that is the target alone leaves nothing to go around, and one that is cut does not tell all of its nodes.
  while (paths.length < count && last.nodes.length > 1 && last.nodes.length === last.length) {
    avoid(last, { avoidedNodes, blockedLinks })
    const entryPoints = graph.entryPoints.map(({ node }) => node)
    last = searchGraph(graph.index, { entryPoints, blockedLinks, avoidedNodes }).pathTo(target, maxNodes)
    if (last.length > 0) paths.push(last)
  }
  return paths
}

interface Avoided {
  readonly avoidedNodes: Uint8Array
  readonly blockedLinks: Link[]
}

function avoid({ nodes }: FoundPath, { avoidedNodes, blockedLinks }: Avoided): void {
  for (const node of nodes.slice(1, -1)) avoidedNodes[node] = 1
  const [from, to] = nodes
  // Nothing lies between the ends of a direct call: it is the call itself that must not be told twice.
  if (nodes.length === 2 && from !== undefined && to !== undefined) blockedLinks.push({ from, to })
}

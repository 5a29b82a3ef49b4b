import type { GraphEvidence, ScoredGraph } from './scored-graph.ts'
import { hasLink, type Link } from './search-graph.ts'

/** Where a search could not go on: code that the graph does not hold, calls it only guesses at, and links that someone blocked. */
export type FrontierEntry =
  | ({ readonly kind: 'blocked-edge' } & Link)
  | ({ readonly kind: 'unresolved-call' } & Link)
  | { readonly kind: 'external-node'; readonly node: number }

export interface Frontier {
  readonly entries: readonly FrontierEntry[]
  readonly counts: Readonly<Record<FrontierEntry['kind'], number>>
}

/** All of it is counted, the first `limit` are told: what somebody blocked, then guesses, then external nodes, each in ordinal order. */
export function frontierOf(graph: GraphEvidence, { search }: ScoredGraph, limit: number): Frontier {
  const entries: FrontierEntry[] = []
  const counts = { 'blocked-edge': 0, 'unresolved-call': 0, 'external-node': 0 }
  const note = (entry: FrontierEntry): void => {
    counts[entry.kind] += 1
    if (entries.length < limit) entries.push(entry)
  }
  for (const link of blockedOnTheWay(graph, (node) => search.isReached(node))) note({ kind: 'blocked-edge', ...link })
  for (const link of search.reachedUnresolvedLinks()) note({ kind: 'unresolved-call', ...link })
  for (const node of search.reachedExternals()) note({ kind: 'external-node', node })
  return { entries, counts }
}

function blockedOnTheWay({ index, blockedLinks }: GraphEvidence, isReached: (node: number) => boolean): Link[] {
  return blockedLinks
    .filter((link) => isReached(link.from) && hasLink(index, link))
    .toSorted((one, other) => one.from - other.from || one.to - other.to)
}

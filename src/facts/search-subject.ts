import type { CallgraphRecord } from '../callgraphs/callgraph-record.ts'
import type { GraphIndex, IndexedEntryPoint } from '../callgraphs/graph-index.ts'
import type { BlockedEdge } from '../evidence/evidence.ts'
import type { ScoringProfile } from '../scoring/profile.ts'
import { type GraphEvidence, ScoredGraph } from '../scoring/scored-graph.ts'
import type { Link } from '../scoring/search-graph.ts'
import type { ObservedSymbol } from './place-targets.ts'

export interface SubjectGraph {
  readonly record: CallgraphRecord
  readonly index: GraphIndex
}

/** What is searched: graphs, what was seen in them, and what a recompute gave. */
export interface SearchedEvidence {
  /** In order of callgraphId. */
  readonly graphs: readonly SubjectGraph[]
  /** In order of (callgraphId, symbolId). */
  readonly observed: readonly ObservedSymbol[]
  readonly entryPoints: readonly string[]
  readonly blockedEdges: readonly BlockedEdge[]
  readonly watchedCallgraphIds: readonly string[]
}

export interface SearchedGraph {
  readonly record: CallgraphRecord
  readonly evidence: GraphEvidence
  readonly scored: ScoredGraph
}

/**
 * Each graph searched on its own, by callgraphId and in its order; states of any target can then be told. `strays` are those of what was
 * observed, for who knows them already.
 */
export function searchSubject(
  profile: ScoringProfile,
  subject: SearchedEvidence,
  strays: readonly ObservedSymbol[] = strayHits(subject, subject.observed),
): ReadonlyMap<string, SearchedGraph> {
  const observedIn = Map.groupBy(subject.observed, ({ callgraphId }) => callgraphId)
  return new Map(
    subject.graphs.map((graph) => {
      const { callgraphId } = graph.record
      const evidence = graphEvidenceOf(graph, subject, { own: observedIn.get(callgraphId) ?? [], strays })
      return [callgraphId, { record: graph.record, evidence, scored: new ScoredGraph(profile, evidence) }]
    }),
  )
}

interface GraphHits {
  readonly own: readonly ObservedSymbol[]
  readonly strays: readonly ObservedSymbol[]
}

function graphEvidenceOf(
  { record, index }: SubjectGraph,
  subject: SearchedEvidence,
  { own, strays }: GraphHits,
): GraphEvidence {
  const { callgraphId } = record
  const hitNodes = new Uint8Array(index.nodeCount)
  const hitNames = new Set<string>()
  for (const { symbolId } of [...own, ...strays.filter((stray) => stray.callgraphId !== callgraphId)]) {
    const found = index.resolve(symbolId)
    if (found.kind === 'node') hitNodes[found.node] = 1
  }
  // What strayed from this graph is no node of it.
  for (const stray of strays) if (stray.callgraphId === callgraphId) hitNames.add(stray.symbolId)
  return {
    callgraphId,
    index,
    entryPoints: entryPointsIn(index, subject.entryPoints),
    blockedLinks: subject.blockedEdges.flatMap((edge) => linkIn(index, edge)),
    hitNodes,
    hitNames,
    isWatched: subject.watchedCallgraphIds.includes(callgraphId),
  }
}

/**
 * A hit belongs to the graph that its batch names. One that is no node there has its only state in another graph, and must
 * count in it: else a symbol that was seen running could be called unreachable.
 */
export function strayHits<Observed extends ObservedSymbol>(
  { graphs }: Pick<SearchedEvidence, 'graphs'>,
  observed: readonly Observed[],
): Observed[] {
  const indexes = new Map(graphs.map(({ record, index }) => [record.callgraphId, index]))
  return observed.filter(({ callgraphId, symbolId }) => indexes.get(callgraphId)?.resolve(symbolId).kind !== 'node')
}

/** Given entry points replace those of each graph in which they are nodes; other graphs keep their own. */
function entryPointsIn(index: GraphIndex, given: readonly string[]): readonly IndexedEntryPoint[] {
  const nodes = new Set(given.flatMap((name) => nodeIn(index, name)))
  if (nodes.size === 0) return index.entryPoints
  return [...nodes].sort((one, other) => one - other).map((node) => ({ node, source: 'declared' }))
}

function linkIn(index: GraphIndex, edge: BlockedEdge): Link[] {
  return nodeIn(index, edge.from).flatMap((from) => nodeIn(index, edge.to).map((to) => ({ from, to })))
}

function nodeIn(index: GraphIndex, name: string): number[] {
  const found = index.resolve(name)
  return found.kind === 'node' ? [found.node] : []
}

import type { EntryPointSource } from '../callgraphs/callgraph.ts'
import type { CallgraphRecord } from '../callgraphs/callgraph-record.ts'
import type { GraphIndex, IndexedEntryPoint } from '../callgraphs/graph-index.ts'
import type { BlockedEdge } from '../evidence/evidence.ts'
import { PathBudget } from '../scoring/path-budget.ts'
import type { ScoringProfile } from '../scoring/profile.ts'
import { type GraphEvidence, ScoredGraph, type ScoredState } from '../scoring/scored-graph.ts'
import type { Link } from '../scoring/search-graph.ts'
import type { FactCallgraph, FactTarget } from './fact.ts'
import type { RequestedName } from './fact-ledger.ts'
import { type ObservedSymbol, placeTargets } from './place-targets.ts'
import { mergeUnknowns, type Unknown, unknownKeyOf } from './unknown.ts'

export interface SubjectGraph {
  readonly record: CallgraphRecord
  readonly index: GraphIndex
}

/** All that a fact's states are made of. */
export interface SubjectEvidence {
  /** In order of callgraphId. */
  readonly graphs: readonly SubjectGraph[]
  readonly requested: readonly RequestedName[]
  /** In order of (callgraphId, symbolId). */
  readonly observed: readonly ObservedSymbol[]
  readonly entryPoints: readonly string[]
  readonly blockedEdges: readonly BlockedEdge[]
  readonly watchedCallgraphIds: readonly string[]
  /** Each source's reported unknowns, in order of their keys. */
  readonly reportedUnknowns: readonly (readonly Unknown[])[]
}

/** Lists are made one entry at a time: a subject may have a million symbols. */
export interface ScoredSubject {
  readonly callgraphs: readonly FactCallgraph[]
  readonly targets: readonly FactTarget[]
  /** In order of (callgraphId, target). */
  readonly states: () => Iterable<ScoredState>
  /** Each distinct one once, in order of its key. */
  readonly unknowns: () => Iterable<Unknown>
}

export function scoreSubject(profile: ScoringProfile, evidence: SubjectEvidence): ScoredSubject {
  const indexes = new Map(evidence.graphs.map(({ record, index }) => [record.callgraphId, index]))
  const placed = placeTargets(indexes, evidence)
  const observedIn = Map.groupBy(evidence.observed, ({ callgraphId }) => callgraphId)
  const strays = evidence.observed.filter((symbol) => !isNodeOf(indexes, symbol))
  const inputs = evidence.graphs.map((graph) => {
    return graphEvidenceOf(graph, evidence, [...(observedIn.get(graph.record.callgraphId) ?? []), ...strays])
  })
  const scored = new Map(inputs.map((input) => [input.callgraphId, new ScoredGraph(profile, input)]))
  return {
    callgraphs: factCallgraphs(evidence.graphs, inputs),
    targets: placed.targets,
    *states() {
      const budget = new PathBudget()
      for (const [callgraphId, graph] of scored) {
        for (const target of placed.byGraph.get(callgraphId) ?? []) yield graph.score(target, budget)
      }
    },
    unknowns: () =>
      mergeUnknowns([
        ...inputs.flatMap(({ callgraphId, index }) => reachedUnknowns(index, scored.get(callgraphId))),
        unmatchedNames(indexes, evidence.observed),
        ...evidence.reportedUnknowns,
      ]),
  }
}

function graphEvidenceOf(
  { record, index }: SubjectGraph,
  evidence: SubjectEvidence,
  observed: readonly ObservedSymbol[],
): GraphEvidence {
  const { callgraphId } = record
  const hitNodes = new Uint8Array(index.nodeCount)
  const hitNames = new Set<string>()
  for (const symbol of observed) {
    const found = index.resolve(symbol.symbolId)
    if (found.kind === 'node') hitNodes[found.node] = 1
    else if (symbol.callgraphId === callgraphId) hitNames.add(symbol.symbolId)
  }
  return {
    callgraphId,
    index,
    entryPoints: entryPointsIn(index, evidence.entryPoints),
    blockedLinks: evidence.blockedEdges.flatMap((edge) => linkIn(index, edge)),
    hitNodes,
    hitNames,
    isWatched: evidence.watchedCallgraphIds.includes(callgraphId),
  }
}

/**
 * A hit belongs to the graph that its batch names. One that is no node there has its only state in another graph, and must
 * count in it: else a symbol that was seen running could be called unreachable.
 */
function isNodeOf(indexes: ReadonlyMap<string, GraphIndex>, { callgraphId, symbolId }: ObservedSymbol): boolean {
  return indexes.get(callgraphId)?.resolve(symbolId).kind === 'node'
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

/** Of entry points that were only guessed a graph can have a million: a body has to stay one that can be read again. */
const maxEntryPointCharacters = 16 * 1024 * 1024

function factCallgraphs(graphs: readonly SubjectGraph[], inputs: readonly GraphEvidence[]): FactCallgraph[] {
  let left = maxEntryPointCharacters
  return graphs.map(({ record, index }, position) => {
    const { callgraphId, graphHash, language, closedWorld } = record
    const all = inputs[position]?.entryPoints ?? []
    const entryPoints: { nodeId: string; source: EntryPointSource }[] = []
    for (const { node, source } of all) {
      const nodeId = index.idOf(node)
      left -= nodeId.length
      if (left < 0) break
      entryPoints.push({ nodeId, source })
    }
    const isCut = entryPoints.length < all.length
    return { callgraphId, graphHash, language, closedWorld, entryPoints, ...(isCut && { entryPointCount: all.length }) }
  })
}

/** Two ordered sequences: links sort before nodes, whose keys do not begin with NUL, but each is in order by itself. */
function reachedUnknowns(index: GraphIndex, graph: ScoredGraph | undefined): Iterable<Unknown>[] {
  if (!graph) return []
  return [externalNodes(index, graph), unresolvedCalls(index, graph)]
}

function* externalNodes(index: GraphIndex, { search }: ScoredGraph): Generator<Unknown> {
  for (const node of search.reachedExternals()) {
    yield { symbolId: index.idOf(node), reasons: ['external-node'], sources: ['callgraph'] }
  }
}

function* unresolvedCalls(index: GraphIndex, { search }: ScoredGraph): Generator<Unknown> {
  for (const { from, to } of search.reachedUnresolvedLinks()) {
    const edge = { edgeFrom: index.idOf(from), edgeTo: index.idOf(to) }
    yield { ...edge, reasons: ['unresolved-call'], sources: ['callgraph'] }
  }
}

/** Observed names that match no node of the graph they were observed in, or several. */
function unmatchedNames(indexes: ReadonlyMap<string, GraphIndex>, observed: readonly ObservedSymbol[]): Unknown[] {
  const unmatched: Unknown[] = []
  for (const { callgraphId, symbolId } of observed) {
    const kind = indexes.get(callgraphId)?.resolve(symbolId).kind ?? 'absent'
    if (kind === 'node') continue
    const reason = kind === 'ambiguous' ? 'ambiguous-symbol' : 'not-in-graph'
    unmatched.push({ symbolId, reasons: [reason], sources: ['runtime'] })
  }
  return unmatched.sort((one, other) => (unknownKeyOf(one) < unknownKeyOf(other) ? -1 : 1))
}

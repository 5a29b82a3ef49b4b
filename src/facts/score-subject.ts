import type { EntryPointSource } from '../callgraphs/callgraph.ts'
import type { GraphIndex } from '../callgraphs/graph-index.ts'
import { PathBudget } from '../scoring/path-budget.ts'
import type { ScoringProfile } from '../scoring/profile.ts'
import type { ScoredGraph, ScoredState } from '../scoring/scored-graph.ts'
import type { FactCallgraph, FactTarget } from './fact.ts'
import type { RequestedName } from './fact-ledger.ts'
import { type ObservedSymbol, placeTargets } from './place-targets.ts'
import { rememberingIds } from './remembering-ids.ts'
import { type SearchedEvidence, type SearchedGraph, searchSubject, strayHits } from './search-subject.ts'
import { type TouchedStates, touchedStates } from './touched-states.ts'
import { mergeUnknowns, type Unknown, unknownKeyOf } from './unknown.ts'

/** All that a fact's states are made of. */
export interface SubjectEvidence extends SearchedEvidence {
  readonly requested: readonly RequestedName[]
  /** Each source's reported unknowns, in order of their keys. */
  readonly reportedUnknowns: readonly (readonly Unknown[])[]
}

/** Lists are made one entry at a time: a subject may have a million symbols. */
export interface ScoredSubject {
  readonly callgraphs: readonly FactCallgraph[]
  readonly targets: readonly FactTarget[]
  /** In order of (callgraphId, target). */
  readonly states: () => Iterable<ScoredState>
  /** What first hits of these names can have changed, when nothing else has. */
  readonly touchedBy: (added: readonly ObservedSymbol[]) => TouchedStates | undefined
  /** Each distinct one once, in order of its key. */
  readonly unknowns: () => Iterable<Unknown>
}

export function scoreSubject(profile: ScoringProfile, subject: SubjectEvidence): ScoredSubject {
  const graphs = subject.graphs.map(({ record, index }) => ({ record, index: rememberingIds(index) }))
  const evidence = { ...subject, graphs }
  const indexes = new Map(evidence.graphs.map(({ record, index }) => [record.callgraphId, index]))
  const placed = placeTargets(indexes, evidence)
  const strays = strayHits(evidence, evidence.observed)
  const searched = searchSubject(profile, evidence, strays)
  return {
    callgraphs: factCallgraphs(searched),
    targets: placed.targets,
    *states() {
      const budget = new PathBudget()
      for (const [callgraphId, { scored }] of searched) {
        for (const target of placed.byGraph.get(callgraphId) ?? []) yield scored.score(target, budget)
      }
    },
    touchedBy: (added) => touchedStates(profile, { searched, placed, added }),
    unknowns: () =>
      mergeUnknowns([
        ...[...searched.values()].flatMap(reachedUnknowns),
        unmatchedNames(indexes, strays),
        ...evidence.reportedUnknowns,
      ]),
  }
}

/** Of entry points that were only guessed a graph can have a million: a body has to stay one that can be read again. */
const maxEntryPointCharacters = 16 * 1024 * 1024

function factCallgraphs(searched: ReadonlyMap<string, SearchedGraph>): FactCallgraph[] {
  let left = maxEntryPointCharacters
  return [...searched.values()].map(({ record, evidence }) => {
    const { callgraphId, graphHash, language, closedWorld } = record
    const { index, entryPoints: all } = evidence
    const entryPoints: { nodeId: string; source: EntryPointSource }[] = []
    for (const { node, source } of all) {
      const nodeId = index.idOf(node)
      left -= nodeId.length
      if (left < 0) break
      entryPoints.push({ nodeId, source })
    }
    const isCut = entryPoints.length < all.length
    return {
      callgraphId,
      closedWorld,
      ...(isCut && { entryPointCount: all.length }),
      entryPoints,
      graphHash,
      language,
    }
  })
}

/** Two ordered sequences: links sort before nodes, whose keys do not begin with NUL, but each is in order by itself. */
function reachedUnknowns({ evidence: { index }, scored }: SearchedGraph): Iterable<Unknown>[] {
  return [externalNodes(index, scored), unresolvedCalls(index, scored)]
}

function* externalNodes(index: GraphIndex, { search }: ScoredGraph): Generator<Unknown> {
  for (const node of search.reachedExternals()) {
    yield { reasons: ['external-node'], sources: ['callgraph'], symbolId: index.idOf(node) }
  }
}

function* unresolvedCalls(index: GraphIndex, { search }: ScoredGraph): Generator<Unknown> {
  for (const { from, to } of search.reachedUnresolvedLinks()) {
    const edge = { edgeFrom: index.idOf(from), edgeTo: index.idOf(to) }
    yield { ...edge, reasons: ['unresolved-call'], sources: ['callgraph'] }
  }
}

/** Observed names that match no node of the graph they were observed in, or several. */
function unmatchedNames(indexes: ReadonlyMap<string, GraphIndex>, strays: readonly ObservedSymbol[]): Unknown[] {
  const unmatched = strays.map(({ callgraphId, symbolId }): Unknown => {
    const isAmbiguous = indexes.get(callgraphId)?.resolve(symbolId).kind === 'ambiguous'
    return { reasons: [isAmbiguous ? 'ambiguous-symbol' : 'not-in-graph'], sources: ['runtime'], symbolId }
  })
  return unmatched.sort((one, other) => (unknownKeyOf(one) < unknownKeyOf(other) ? -1 : 1))
}

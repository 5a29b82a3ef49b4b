import { fitsPathBudget } from '../scoring/path-budget.ts'
import type { ScoringProfile } from '../scoring/profile.ts'
import type { PlacedTarget, TalliedState } from '../scoring/scored-graph.ts'
import type { State } from '../scoring/state.ts'
import type { ObservedSymbol, PlacedTargets } from './place-targets.ts'
import { type SearchedGraph, strayHits } from './search-subject.ts'

/** Beyond it, writing all states in turn costs less memory than holding the touched ones. */
const maxTouched = 20_000

export interface TouchedStates {
  /** In order: what all states come to, each with the state itself where it may have become another. */
  readonly states: () => Iterable<{ readonly tallied: TalliedState; readonly state?: State }>
  readonly stateCount: number
  /** Targets that the added names are. */
  readonly targets: ReadonlySet<string>
}

interface Touching {
  readonly searched: ReadonlyMap<string, SearchedGraph>
  readonly placed: PlacedTargets
  /** First seen now; all else is as it was when the states were last scored. */
  readonly added: readonly ObservedSymbol[]
}

/**
 * A first hit changes the states of targets behind it and no others: in signals-v1 a state is made of its own path. Only
 * these are told anew, of 100,000 states about a thousand for a hundred new symbols; the obvious twin scores all (`scoreSubject().states`).
 * Undefined where more may change than that.
 */
export function touchedStates(profile: ScoringProfile, touching: Touching): TouchedStates | undefined {
  const { searched, placed, added } = touching
  const graphs = [...searched.values()]
  if (profile.name !== 'signals-v1') return undefined
  // With blocked edges a state is made of a second path as well.
  if (graphs.some(({ evidence }) => evidence.blockedLinks.length > 0)) return undefined
  const all = [...placesIn(searched, placed)]
  // Whose path is told short depends on all states before it.
  if (!fitsPathBudget(all.map(({ graph, place }) => graph.scored.pathCostOf(place)))) return undefined
  const targets = targetsOf(graphs, added)
  const behind = new Map(graphs.map((graph) => [graph, nodesBehind(graph, graphs, added)]))
  const isTouched = ({ graph, place }: Place): boolean =>
    targets.has(place.target) || (place.node !== undefined && behind.get(graph)?.[place.node] === 1)
  if (all.filter(isTouched).length > maxTouched) return undefined
  return {
    *states() {
      for (const each of all) {
        const { scored } = each.graph
        if (!isTouched(each)) yield { tallied: scored.tally(each.place) }
        else {
          const told = scored.score(each.place)
          yield { tallied: told, state: told.state }
        }
      }
    },
    stateCount: all.length,
    targets,
  }
}

interface Place {
  readonly graph: SearchedGraph
  readonly place: PlacedTarget
}

/** In order of states. */
function* placesIn(searched: ReadonlyMap<string, SearchedGraph>, { byGraph }: PlacedTargets): Generator<Place> {
  for (const [callgraphId, graph] of searched) {
    for (const place of byGraph.get(callgraphId) ?? []) yield { graph, place }
  }
}

/** As targets are placed: a name is every node that it names, or stays a name. */
function targetsOf(graphs: readonly SearchedGraph[], added: readonly ObservedSymbol[]): Set<string> {
  const targets = new Set<string>()
  for (const { symbolId } of added) {
    const ids = graphs.flatMap(({ evidence: { index } }) => {
      const found = index.resolve(symbolId)
      return found.kind === 'node' ? [index.idOf(found.node)] : []
    })
    for (const target of ids.length === 0 ? [symbolId] : ids) targets.add(target)
  }
  return targets
}

/** By node: 1 where an added hit is on the path to it, or is the node. */
function nodesBehind(
  { record, evidence: { index }, scored }: SearchedGraph,
  graphs: readonly SearchedGraph[],
  added: readonly ObservedSymbol[],
): Uint8Array {
  const subject = { graphs: graphs.map((graph) => ({ record: graph.record, index: graph.evidence.index })) }
  const own = added.filter(({ callgraphId }) => callgraphId === record.callgraphId)
  const marks = new Uint8Array(index.nodeCount)
  for (const { symbolId } of [...own, ...strayHits(subject, added)]) {
    const found = index.resolve(symbolId)
    if (found.kind === 'node') marks[found.node] = 1
  }
  const behind = scored.search.spreadAlongPaths(marks)
  for (const [node, mark] of marks.entries()) if (mark === 1) behind[node] = 1
  return behind
}

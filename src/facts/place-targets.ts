import type { GraphIndex } from '../callgraphs/graph-index.ts'
import { compareOrdinal } from '../lib/ordinal.ts'
import type { PlacedTarget } from '../scoring/scored-graph.ts'
import type { FactTarget, TargetOrigin } from './fact.ts'
import type { RequestedName } from './fact-ledger.ts'

export interface ObservedSymbol {
  readonly callgraphId: string
  readonly symbolId: string
}

export interface TargetNames {
  readonly requested: readonly RequestedName[]
  readonly observed: readonly ObservedSymbol[]
}

export interface PlacedTargets {
  /** In order of target. */
  readonly targets: readonly FactTarget[]
  /** By callgraphId, each in order of target. */
  readonly byGraph: ReadonlyMap<string, readonly PlacedTarget[]>
}

/** Graphs in order of callgraphId. */
export type Indexes = ReadonlyMap<string, GraphIndex>

/**
 * A target has a state in each graph where it is a node; if in none, one state in the ordinally smallest graph of the
 * posts that named it. A function of names and graphs alone, so that it matters not which came first.
 */
export function placeTargets(graphs: Indexes, { requested, observed }: TargetNames): PlacedTargets {
  const placing = new Placing(graphs)
  for (const { name, namedWith } of requested) placing.place(name, { origins: isRequested, namedWith })
  for (const { callgraphId, symbolId } of observed) {
    placing.place(symbolId, { origins: isObserved, namedWith: callgraphId })
  }
  return placing.result()
}

/** Bits, of which a target has one or both. */
const isRequested = 1
const isObserved = 2

const originsOfBits: readonly (readonly TargetOrigin[])[] = [[], ['requested'], ['observed'], ['requested', 'observed']]

interface NamedTarget {
  origins: number
  namedWith: string
}

/**
 * Notes by node what is a node: nodes are numbered in ordinal order, so that targets need neither a map of 100,000 names nor be sorted,
 * which took three quarters of the time.
 */
class Placing {
  readonly #graphs: Indexes
  /** By graph, and in it by node: bits of origins. */
  readonly #nodes: ReadonlyMap<string, Uint8Array>
  /** What is no node. */
  readonly #names = new Map<string, NamedTarget>()

  constructor(graphs: Indexes) {
    this.#graphs = graphs
    this.#nodes = new Map([...graphs].map(([id, { nodeCount }]) => [id, new Uint8Array(nodeCount)]))
  }

  place(name: string, named: NamedTarget): void {
    let isNode = false
    for (const [callgraphId, index] of this.#graphs) {
      const found = index.resolve(name)
      if (found.kind !== 'node') continue
      isNode = true
      this.#note(callgraphId, found.node, named.origins)
    }
    if (!isNode) this.#noteName(name, named)
  }

  result(): PlacedTargets {
    if (this.#graphs.size > 1) this.#placeNodesEverywhere()
    const names = this.#namesByGraph()
    const placed = new Map(
      [...this.#graphs.keys()].map((id) => [id, inOneOrder([this.#nodesIn(id), names.get(id) ?? []])]),
    )
    // A subject without any graph has targets, but no states yet.
    const all = this.#graphs.size === 0 ? [...names.values()] : [...placed.values()]
    const targets = united(all).map(({ target, origins }) => ({ origin: originsOfBits[origins] ?? [], target }))
    return { targets, byGraph: placed }
  }

  #note(callgraphId: string, node: number, origins: number): void {
    const bits = this.#nodes.get(callgraphId)
    if (bits) bits[node] = (bits[node] ?? 0) | origins
  }

  #noteName(name: string, { origins, namedWith }: NamedTarget): void {
    const known = this.#names.get(name)
    if (!known) this.#names.set(name, { origins, namedWith })
    else {
      known.origins |= origins
      if (namedWith < known.namedWith) known.namedWith = namedWith
    }
  }

  /** What one graph calls so may have the id in another. */
  #placeNodesEverywhere(): void {
    for (const { target, origins } of [...this.#graphs.keys()].flatMap((id) => this.#nodesIn(id))) {
      for (const [callgraphId, index] of this.#graphs) {
        const found = index.resolve(target)
        if (found.kind === 'node' && index.idOf(found.node) === target) this.#note(callgraphId, found.node, origins)
      }
    }
  }

  /** In order of target. */
  #nodesIn(callgraphId: string): Placed[] {
    const index = this.#graphs.get(callgraphId)
    const bits = this.#nodes.get(callgraphId) ?? new Uint8Array()
    const placed: Placed[] = []
    for (let node = 0; node < bits.length; node++) {
      const origins = bits[node] ?? 0
      if (index && origins !== 0) placed.push({ target: index.idOf(node), node, presence: 'node', origins })
    }
    return placed
  }

  #namesByGraph(): Map<string, Placed[]> {
    const [first = ''] = this.#graphs.keys()
    const byGraph = new Map<string, Placed[]>()
    for (const [target, { origins, namedWith }] of this.#names) {
      const callgraphId = this.#graphs.has(namedWith) ? namedWith : first
      const isAmbiguous = this.#graphs.get(callgraphId)?.resolve(target).kind === 'ambiguous'
      const placed = byGraph.get(callgraphId) ?? []
      placed.push({ target, presence: isAmbiguous ? 'ambiguous' : 'absent', origins })
      byGraph.set(callgraphId, placed)
    }
    return byGraph
  }
}

interface Placed extends PlacedTarget {
  readonly origins: number
}

/** Nodes are in order already, and mostly all there is. */
function inOneOrder([nodes, names]: readonly [Placed[], Placed[]]): Placed[] {
  return names.length === 0 ? nodes : [...nodes, ...names].sort(byTarget)
}

/** Each target once, in order, with its origins in all graphs. */
function united(lists: readonly Placed[][]): readonly Pick<Placed, 'target' | 'origins'>[] {
  const [only = [], ...others] = lists
  if (others.length === 0) return only.toSorted(byTarget)
  const origins = new Map<string, number>()
  for (const placed of lists.flat()) origins.set(placed.target, (origins.get(placed.target) ?? 0) | placed.origins)
  return [...origins].map(([target, bits]) => ({ target, origins: bits })).sort(byTarget)
}

function byTarget(one: { target: string }, other: { target: string }): number {
  return compareOrdinal(one.target, other.target)
}

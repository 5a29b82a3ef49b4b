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
export function placeTargets(graphs: Indexes, names: TargetNames): PlacedTargets {
  const placing = new Placing(graphs)
  for (const [name, origins] of originsOf(names)) placing.place(name, origins)
  return placing.result()
}

interface Origins {
  requested: boolean
  observed: boolean
}

interface NameOrigins extends Origins {
  namedWith: string
}

function originsOf({ requested, observed }: TargetNames): Map<string, NameOrigins> {
  const names = new Map<string, NameOrigins>()
  for (const { name, namedWith } of requested) names.set(name, { requested: true, observed: false, namedWith })
  for (const { callgraphId, symbolId } of observed) {
    const known = names.get(symbolId)
    if (!known) names.set(symbolId, { requested: false, observed: true, namedWith: callgraphId })
    else {
      known.observed = true
      if (callgraphId < known.namedWith) known.namedWith = callgraphId
    }
  }
  return names
}

class Placing {
  readonly #graphs: Indexes
  readonly #origins = new Map<string, Origins>()
  readonly #byGraph: Map<string, Map<string, PlacedTarget>>

  constructor(graphs: Indexes) {
    this.#graphs = graphs
    this.#byGraph = new Map([...graphs.keys()].map((callgraphId) => [callgraphId, new Map()]))
  }

  place(name: string, origins: NameOrigins): void {
    const ids = new Set<string>()
    for (const index of this.#graphs.values()) {
      const found = index.resolve(name)
      if (found.kind === 'node') ids.add(index.idOf(found.node))
    }
    for (const id of ids) {
      this.#note(id, origins)
      this.#placeNode(id)
    }
    if (ids.size === 0) {
      this.#note(name, origins)
      this.#placeName(name, origins.namedWith)
    }
  }

  result(): PlacedTargets {
    const targets = [...this.#origins].map(([target, origins]) => ({ origin: inOriginOrder(origins), target }))
    return {
      targets: targets.sort(byTarget),
      byGraph: new Map([...this.#byGraph].map(([id, placed]) => [id, [...placed.values()].sort(byTarget)])),
    }
  }

  #note(target: string, { requested, observed }: Origins): void {
    const known = this.#origins.get(target)
    if (!known) {
      this.#origins.set(target, { requested, observed })
      return
    }
    known.requested ||= requested
    known.observed ||= observed
  }

  #placeNode(id: string): void {
    for (const [callgraphId, index] of this.#graphs) {
      const found = index.resolve(id)
      if (found.kind !== 'node' || index.idOf(found.node) !== id) continue
      this.#byGraph.get(callgraphId)?.set(id, { target: id, node: found.node, presence: 'node' })
    }
  }

  #placeName(name: string, namedWith: string): void {
    const [first] = this.#graphs.keys()
    const callgraphId = this.#graphs.has(namedWith) ? namedWith : first
    // A subject without any graph has targets, but no states yet.
    if (callgraphId === undefined) return
    const found = this.#graphs.get(callgraphId)?.resolve(name)
    const presence = found?.kind === 'ambiguous' ? 'ambiguous' : 'absent'
    this.#byGraph.get(callgraphId)?.set(name, { target: name, presence })
  }
}

function inOriginOrder({ requested, observed }: Origins): readonly TargetOrigin[] {
  if (requested && observed) return bothOrigins
  return requested ? onlyRequested : onlyObserved
}

const onlyRequested = ['requested'] as const
const onlyObserved = ['observed'] as const
const bothOrigins = ['requested', 'observed'] as const

function byTarget(one: { target: string }, other: { target: string }): number {
  return compareOrdinal(one.target, other.target)
}

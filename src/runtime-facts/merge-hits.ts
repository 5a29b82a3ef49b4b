import type { SymbolHits } from '../evidence/evidence.ts'
import {
  addSaturating,
  addTimes,
  addValue,
  type HitList,
  jsonBytes,
  type MutableSymbolHits,
  maxHitCount,
  maxHitsBytes,
} from '../evidence/symbol-hits.ts'
import { compareOrdinal } from '../lib/ordinal.ts'
import type { RuntimeEvent } from './runtime-event.ts'
import { RuntimeFactsError } from './runtime-facts-errors.ts'

export interface HitAggregateLimits {
  readonly maxSymbols: number
  /** Of the hits as canonical JSON; what is kept in memory is bounded by it too. */
  readonly maxBytes?: number
}

/** Everything of a symbol but its name and its lists: counts, times and the names of members, at their longest. */
const maxFixedBytes = 160

/** Sums the events of a batch by the symbol they name. What it holds depends on the set of events, never on their order. */
export class HitAggregate {
  readonly #maxSymbols: number
  readonly #maxBytes: number
  readonly #bySymbol = new Map<string, MutableSymbolHits>()
  #totalHits = 0
  #isSaturated = false
  #bytes = 0

  constructor({ maxSymbols, maxBytes = maxHitsBytes }: HitAggregateLimits) {
    this.#maxSymbols = maxSymbols
    this.#maxBytes = maxBytes
  }

  get symbolCount(): number {
    return this.#bySymbol.size
  }

  get totalHits(): number {
    return this.#totalHits
  }

  /** True once a sum came to the largest number there is. */
  get isSaturated(): boolean {
    return this.#isSaturated
  }

  add(event: RuntimeEvent): void {
    const hits = this.#hitsOf(event.symbolId)
    hits.hitCount = addSaturating(hits.hitCount, event.hitCount)
    this.#totalHits = addSaturating(this.#totalHits, event.hitCount)
    if (this.#totalHits === maxHitCount) this.#isSaturated = true
    addTimes(hits, event.observedAt, event.observedAt)
    for (const [field, list] of listedFields) {
      const value = event[field]
      if (value !== undefined) this.#bytes += addValue(hits, list, value)
    }
    if (this.#bytes > this.#maxBytes) throw tooLarge('a batch has too much text: send it in parts')
  }

  symbolIds(): string[] {
    return [...this.#bySymbol.keys()].sort(compareOrdinal)
  }

  /** In ordinal order of symbolId. */
  toHits(): SymbolHits[] {
    return [...this.#bySymbol.values()].sort((one, other) => compareOrdinal(one.symbolId, other.symbolId))
  }

  #hitsOf(symbolId: string): MutableSymbolHits {
    const known = this.#bySymbol.get(symbolId)
    if (known) return known
    if (this.#bySymbol.size >= this.#maxSymbols) {
      throw tooLarge(`a batch names at most ${this.#maxSymbols} distinct symbols`)
    }
    const fresh: MutableSymbolHits = { symbolId, hitCount: 0 }
    this.#bySymbol.set(symbolId, fresh)
    this.#bytes += maxFixedBytes + jsonBytes(symbolId)
    return fresh
  }
}

function tooLarge(message: string): RuntimeFactsError {
  return new RuntimeFactsError('BATCH_TOO_LARGE', message)
}

const listedFields: readonly (readonly [ListedField, HitList])[] = [
  ['codeId', 'codeIds'],
  ['loaderBase', 'loaderBases'],
  ['purl', 'purls'],
  ['buildId', 'buildIds'],
  ['containerId', 'containerIds'],
  ['processName', 'processNames'],
  ['socketAddress', 'socketAddresses'],
  ['evidenceUri', 'evidenceUris'],
]

type ListedField =
  | 'codeId'
  | 'loaderBase'
  | 'purl'
  | 'buildId'
  | 'containerId'
  | 'processName'
  | 'socketAddress'
  | 'evidenceUri'

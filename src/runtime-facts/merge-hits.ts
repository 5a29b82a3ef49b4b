import type { SymbolHits } from '../evidence/evidence.ts'
import {
  addSaturating,
  addTimes,
  addValue,
  jsonBytes,
  type MutableSymbolHits,
  maxHitCount,
  maxHitsBytes,
  noHits,
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
    this.#bytes += addListed(hits, event)
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
    const fresh = noHits(symbolId)
    this.#bySymbol.set(symbolId, fresh)
    this.#bytes += maxFixedBytes + jsonBytes(symbolId)
    return fresh
  }
}

function tooLarge(message: string): RuntimeFactsError {
  return new RuntimeFactsError('BATCH_TOO_LARGE', message)
}

/** Spelled out, since a loop over the names of members takes twice the time, and this runs for every event. */
function addListed(hits: MutableSymbolHits, event: RuntimeEvent): number {
  const { codeId, loaderBase, purl, buildId, containerId, processName, socketAddress, evidenceUri } = event
  let bytes = 0
  if (codeId !== undefined) bytes += addValue(hits, 'codeIds', codeId)
  if (loaderBase !== undefined) bytes += addValue(hits, 'loaderBases', loaderBase)
  if (purl !== undefined) bytes += addValue(hits, 'purls', purl)
  if (buildId !== undefined) bytes += addValue(hits, 'buildIds', buildId)
  if (containerId !== undefined) bytes += addValue(hits, 'containerIds', containerId)
  if (processName !== undefined) bytes += addValue(hits, 'processNames', processName)
  if (socketAddress !== undefined) bytes += addValue(hits, 'socketAddresses', socketAddress)
  if (evidenceUri !== undefined) bytes += addValue(hits, 'evidenceUris', evidenceUri)
  return bytes
}

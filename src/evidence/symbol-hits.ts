import type { SymbolHits } from './evidence.ts'

/** Where sums of hits stop: the largest integer that every JSON reader gets right. */
export const maxHitCount = Number.MAX_SAFE_INTEGER

export const maxListedValues = 32

/** A batch's hits as canonical JSON: more could not be read back into one text, and its subject would be stuck for ever. */
export const maxHitsBytes = 384 * 1024 * 1024

/** The distinct-value lists of `SymbolHits`. */
export const hitLists = [
  'codeIds',
  'loaderBases',
  'purls',
  'buildIds',
  'containerIds',
  'processNames',
  'socketAddresses',
  'evidenceUris',
] as const

export type HitList = (typeof hitLists)[number]

/** The same record while it is being summed. */
export type MutableSymbolHits = {
  -readonly [Member in keyof SymbolHits]: SymbolHits[Member] extends readonly string[] | undefined
    ? string[] | undefined
    : SymbolHits[Member]
}

/** All members in ordinal order, so that what is put into them is canonical JSON without sorting (`lib/canonical-json.ts`). */
export function noHits(symbolId: string): MutableSymbolHits {
  return {
    buildIds: undefined,
    codeIds: undefined,
    containerIds: undefined,
    evidenceUris: undefined,
    firstObservedAt: undefined,
    hitCount: 0,
    loaderBases: undefined,
    observedAt: undefined,
    processNames: undefined,
    purls: undefined,
    socketAddresses: undefined,
    symbolId,
    truncated: undefined,
  }
}

/**
 * Two sums of one symbol as one. Commutative and associative, so that a fact depends on no order and no batching; the
 * result bears the name of the first. Source: contracts, 4.
 */
export function mergeHits(one: SymbolHits, other: SymbolHits): SymbolHits {
  const merged = noHits(one.symbolId)
  merged.hitCount = addSaturating(one.hitCount, other.hitCount)
  addTimes(merged, one.firstObservedAt, one.observedAt)
  addTimes(merged, other.firstObservedAt, other.observedAt)
  if (one.truncated || other.truncated) merged.truncated = true
  for (const list of hitLists) mergeList(merged, list, one[list], other[list])
  return merged
}

export function addSaturating(one: number, other: number): number {
  return Math.min(one + other, maxHitCount)
}

/** Times are all in one form of one width, so the ordinal order of their texts is the order of time. */
export function addTimes(hits: MutableSymbolHits, first: string | undefined, last: string | undefined): void {
  if (first !== undefined && (hits.firstObservedAt === undefined || first < hits.firstObservedAt)) {
    hits.firstObservedAt = first
  }
  if (last !== undefined && (hits.observedAt === undefined || last > hits.observedAt)) hits.observedAt = last
}

/**
 * Keeps the ordinally smallest values. A value that a full list does not hold sets the flag for good: it is either one
 * too many, or one that was pushed out before, and then the flag is set already. Tells by how many bytes of JSON it grew.
 */
export function addValue(hits: MutableSymbolHits, list: HitList, value: string): number {
  const values = hits[list]
  if (values === undefined) {
    hits[list] = [value]
    return `"${list}":[],`.length + jsonBytes(value)
  }
  // Of most members a symbol has one value, and each line says it again.
  if (values.length === 1 && values[0] === value) return 0
  const position = positionOf(values, value)
  if (values[position] === value) return 0
  values.splice(position, 0, value)
  if (values.length <= maxListedValues) return jsonBytes(value)
  hits.truncated = true
  return jsonBytes(value) - jsonBytes(values.pop() ?? '')
}

/** What a text takes in a JSON document, with the comma behind it. */
export function jsonBytes(text: string): number {
  return (plainAscii.test(text) ? text.length + 2 : Buffer.byteLength(JSON.stringify(text))) + 1
}

/** Nothing that JSON escapes, a byte a character. */
const plainAscii = /^[ !#-[\]-~]*$/

function positionOf(values: readonly string[], value: string): number {
  let low = 0
  let high = values.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((values[middle] ?? '') < value) low = middle + 1
    else high = middle
  }
  return low
}

function mergeList(
  merged: MutableSymbolHits,
  list: HitList,
  one: readonly string[] | undefined,
  other: readonly string[] | undefined,
): void {
  // Mostly one of them has nothing: what is sorted and bounded already needs no look at each value.
  const only = one === undefined ? other : other === undefined ? one : undefined
  if (only) merged[list] = [...only]
  if (one === undefined || other === undefined) return
  merged[list] = [...one]
  for (const value of other) addValue(merged, list, value)
}

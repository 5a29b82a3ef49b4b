import type { SymbolHits } from '../evidence/evidence.ts'
import { hitLists, noHits } from '../evidence/symbol-hits.ts'

/** 32 values of 512 characters: nobody who observes has longer ones, and a thousand symbols must fit one body. */
const maxListCharacters = 16 * 1024

/**
 * Of each list the ordinally smallest values, up to the first that comes to more than there is room for. That one stays:
 * without it a later, shorter value could slip in behind it, and what is kept would depend on the order of batches.
 */
export function boundHits(hits: SymbolHits): SymbolHits {
  const bounded = noHits(hits.symbolId)
  bounded.hitCount = hits.hitCount
  bounded.firstObservedAt = hits.firstObservedAt
  bounded.observedAt = hits.observedAt
  if (hits.truncated) bounded.truncated = true
  for (const list of hitLists) {
    const values = hits[list]
    if (values === undefined || values.length === 0) continue
    const kept = withinRoom(values)
    if (kept.length < values.length) bounded.truncated = true
    bounded[list] = kept
  }
  return bounded
}

function withinRoom(values: readonly string[]): string[] {
  let left = maxListCharacters
  const kept: string[] = []
  for (const value of values) {
    if (left < 0) break
    left -= value.length
    kept.push(value)
  }
  return kept
}

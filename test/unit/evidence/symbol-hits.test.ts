import { describe, expect, test } from 'vitest'
import type { SymbolHits } from '../../../src/evidence/evidence.ts'
import { addValue, type MutableSymbolHits, maxHitCount, mergeHits } from '../../../src/evidence/symbol-hits.ts'

const one: SymbolHits = { symbolId: 'a', hitCount: 1 }

describe('merging hits of a symbol', () => {
  test('adds the counts, and keeps the first and the last time', () => {
    const early = { ...one, firstObservedAt: '2026-01-01T00:00:00.000Z', observedAt: '2026-01-03T00:00:00.000Z' }
    const late = { ...one, firstObservedAt: '2026-01-02T00:00:00.000Z', observedAt: '2026-01-04T00:00:00.000Z' }
    expect(mergeHits(late, early)).toEqual({
      symbolId: 'a',
      hitCount: 2,
      firstObservedAt: '2026-01-01T00:00:00.000Z',
      observedAt: '2026-01-04T00:00:00.000Z',
    })
    expect(mergeHits(one, early)).toEqual({ ...early, hitCount: 2 })
  })

  test('stops at 2^53-1', () => {
    const most = { ...one, hitCount: maxHitCount }
    expect(mergeHits(most, one).hitCount).toBe(maxHitCount)
    expect(mergeHits(most, most).hitCount).toBe(maxHitCount)
    expect(mergeHits({ ...one, hitCount: maxHitCount - 1 }, one).hitCount).toBe(maxHitCount)
  })

  test('unites lists, each value once, in ordinal order', () => {
    const merged = mergeHits({ ...one, purls: ['b', 'z'] }, { ...one, purls: ['Z', 'b', 'é'], codeIds: ['c'] })
    expect(merged).toEqual({ symbolId: 'a', hitCount: 2, codeIds: ['c'], purls: ['Z', 'b', 'z', 'é'] })
  })

  test('keeps the ordinally smallest 32 values, and says when there were more', () => {
    const names = Array.from({ length: 33 }, (_, place) => `id-${String(place).padStart(2, '0')}`)
    const exact = mergeHits({ ...one, codeIds: names.slice(16, 32) }, { ...one, codeIds: names.slice(0, 16) })
    expect(exact.codeIds).toEqual(names.slice(0, 32))
    expect(exact.truncated).toBeUndefined()
    const over = mergeHits({ ...one, codeIds: names.slice(1, 33) }, { ...one, codeIds: names.slice(0, 1) })
    expect(over.codeIds).toEqual(names.slice(0, 32))
    expect(over.truncated).toBe(true)
    expect(mergeHits(one, { ...one, truncated: true }).truncated).toBe(true)
  })

  test('leaves what it was given as it was', () => {
    const left = Object.freeze({ ...one, codeIds: Object.freeze(['b']) })
    const right = Object.freeze({ ...one, codeIds: Object.freeze(['a']) })
    expect(mergeHits(left, right).codeIds).toEqual(['a', 'b'])
    expect(left.codeIds).toEqual(['b'])
  })
})

test('a list tells by how many bytes of JSON it grew, also when a value pushes out another', () => {
  const hits: MutableSymbolHits = { symbolId: 'a', hitCount: 1 }
  const values = Array.from({ length: 32 }, (_, place) => `b${String(place).padStart(2, '0')}`)
  const grown = values.map((value) => addValue(hits, 'purls', value)).reduce((sum, bytes) => sum + bytes, 0)
  // One comma too many: behind the last value.
  expect(grown).toBe(`"purls":${JSON.stringify(values)},`.length + 1)
  expect(addValue(hits, 'purls', 'b00')).toBe(0)
  expect(addValue(hits, 'purls', 'a-"longer"-é')).toBe(Buffer.byteLength('a-\\"longer\\"-é') - 3)
  expect(addValue(hits, 'purls', 'z')).toBe(0)
  expect(hits.truncated).toBe(true)
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { SymbolHits } from '../../src/evidence/evidence.ts'
import { hitLists, maxHitCount, maxListedValues, mergeHits } from '../../src/evidence/symbol-hits.ts'

const time = fc.integer({ min: 0, max: 5 }).map((second) => `2026-11-20T12:00:0${second}.000Z`)
const values = fc
  .uniqueArray(
    fc.integer({ min: 0, max: 60 }).map((place) => `v${place}`),
    { minLength: 1, maxLength: maxListedValues },
  )
  .map((listed) => listed.sort())

const hits: fc.Arbitrary<SymbolHits> = fc.record(
  {
    symbolId: fc.constant('a'),
    hitCount: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: maxHitCount - 9, max: maxHitCount })),
    firstObservedAt: time,
    observedAt: time,
    truncated: fc.constant(true),
    codeIds: values,
    loaderBases: values,
    purls: values,
    buildIds: values,
    containerIds: values,
    processNames: values,
    socketAddresses: values,
    evidenceUris: values,
  },
  { requiredKeys: ['symbolId', 'hitCount'] },
)

const runs = { numRuns: 500 }

test('merging hits is commutative', () => {
  fc.assert(
    fc.property(hits, hits, (one, other) => {
      expect(mergeHits(one, other)).toEqual(mergeHits(other, one))
    }),
    runs,
  )
})

test('merging hits is associative', () => {
  fc.assert(
    fc.property(hits, hits, hits, (one, two, three) => {
      expect(mergeHits(mergeHits(one, two), three)).toEqual(mergeHits(one, mergeHits(two, three)))
    }),
    runs,
  )
})

test('a merged list is the sorted union, cut at 32, and the flag tells of a cut', () => {
  fc.assert(
    fc.property(hits, hits, (one, other) => {
      const merged = mergeHits(one, other)
      const unions = hitLists.map((list) => [...new Set([...(one[list] ?? []), ...(other[list] ?? [])])].sort())
      expect(hitLists.map((list) => merged[list] ?? [])).toEqual(unions.map((union) => union.slice(0, 32)))
      const isCut = unions.some((union) => union.length > 32)
      expect(merged.truncated ?? false).toBe(isCut || one.truncated === true || other.truncated === true)
    }),
    runs,
  )
})

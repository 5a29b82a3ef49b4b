import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  mergeUnknowns,
  reportedUnknown,
  type Unknown,
  uniteUnknowns,
  unknownKeyOf,
} from '../../../src/facts/unknown.ts'

const name = fc.constantFrom('a', 'b', 'a b', 'é')
const unknown: fc.Arbitrary<Unknown> = fc
  .tuple(
    fc.oneof(fc.record({ symbolId: name }), fc.record({ edgeFrom: name, edgeTo: name })),
    fc.subarray(['x', 'y', 'z']),
  )
  .map(([identity, sources]) => ({ ...identity, reasons: [], sources }))

function inOrder(unknowns: readonly Unknown[]): Unknown[] {
  return unknowns.toSorted((one, other) => (unknownKeyOf(one) < unknownKeyOf(other) ? -1 : 1))
}

test('ordered sequences are merged into one, each distinct unknown once, with all its sources', () => {
  fc.assert(
    fc.property(fc.array(fc.array(unknown, { maxLength: 8 }), { maxLength: 5 }), (sequences) => {
      const byKey = new Map<string, Unknown>()
      for (const each of sequences.flat()) {
        const known = byKey.get(unknownKeyOf(each))
        byKey.set(unknownKeyOf(each), known ? uniteUnknowns(known, each) : each)
      }
      expect([...mergeUnknowns(sequences.map(inOrder))]).toEqual(inOrder([...byKey.values()]))
    }),
    { numRuns: 300 },
  )
})

test('a reported unknown is known by its cleaned names; reason and source are no part of it', () => {
  const one = reportedUnknown('api', { symbolId: ' e\u0301 ', purl: '  ', reason: 'because' })
  const other = reportedUnknown('scanner', { symbolId: 'é' })
  expect(one).toEqual({ symbolId: 'é', reasons: ['because'], sources: ['api'] })
  expect(one && other && unknownKeyOf(one) === unknownKeyOf(other)).toBe(true)
})

test('an entry that names nothing is none', () => {
  expect(reportedUnknown('api', { symbolId: ' ', reason: 'because' })).toBeUndefined()
})

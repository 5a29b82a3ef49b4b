import fc from 'fast-check'
import { expect, test } from 'vitest'
import { observedIn } from '../../src/facts/read-observed.ts'
import { canonicalJson } from '../../src/lib/canonical-json.ts'

// What a scanner of bytes could take for one of the two members, or for the end of a text.
const hostileText = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '"',
        '\\',
        '\\"',
        '"symbolId":"',
        '"callgraphId":"',
        '\\"symbolId\\":\\"',
        '},{',
        '\u0000',
        'é',
        '\u{1f600}',
      ),
      fc.string({ unit: 'binary', maxLength: 4 }),
    ),
    { maxLength: 4 },
  )
  .map((texts) => texts.join('').toWellFormed())

const runtimeFact = fc
  .record({
    callgraphId: hostileText,
    hits: fc.record(
      {
        symbolId: hostileText,
        hitCount: fc.nat(),
        observedAt: fc.constant('2026-11-20T12:00:00.000Z'),
        purls: fc.array(hostileText, { maxLength: 3 }),
        buildIds: fc.array(hostileText, { maxLength: 3 }),
      },
      { requiredKeys: ['symbolId', 'hitCount'] },
    ),
  })
  .map(({ callgraphId, hits }) => ({ callgraphId, ...hits }))

test('the names that are found in the bytes of a chunk are those of its entries, whatever else they say', () => {
  fc.assert(
    fc.property(fc.array(runtimeFact, { maxLength: 6 }), (facts) => {
      const names = facts.map(({ callgraphId, symbolId }) => ({ callgraphId, symbolId }))
      expect([...observedIn(Buffer.from(canonicalJson(facts)))]).toEqual(names)
    }),
    { numRuns: 500 },
  )
})

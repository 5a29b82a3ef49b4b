import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readAllEntries, upsertEntries } from '../../src/facts/chunked-list.ts'
import type { StoredList } from '../../src/facts/fact-ledger.ts'
import { mergeEntries } from '../../src/facts/merge-entries.ts'
import { entryAt, packedChunk } from '../../src/facts/packed-chunk.ts'
import { spliceChunk } from '../../src/facts/splice-chunk.ts'
import { canonicalJson } from '../../src/lib/canonical-json.ts'
import { compareOrdinal } from '../../src/lib/ordinal.ts'
import { mapBlobs } from '../support/map-blobs.ts'
import { plainUpsert } from '../support/plain-upsert.ts'

interface Entry {
  readonly key: string
  readonly sum: number
  readonly notes: readonly string[]
}

const shape = {
  keyOf: ({ key }: Entry) => key,
  merge: (one: Entry, other: Entry): Entry =>
    other.sum === 0 ? one : { key: one.key, sum: one.sum + other.sum, notes: one.notes },
}

// What a scanner of bytes could mistake for the end of something, and what sorts otherwise as bytes than as UTF-16.
const hostileText = fc.oneof(
  fc.constantFrom('"', '\\', '\\"', '},{', ']', '[{"', '\u0000', '\u2028', 'é', '\uffff', '\u{1f600}', '\\u0022', ''),
  fc.string({ unit: 'binary', maxLength: 6 }),
)
const entry = fc.record({
  key: fc.array(hostileText, { maxLength: 3 }).map((texts) => texts.join('').toWellFormed()),
  sum: fc.nat(3),
  notes: fc.array(
    hostileText.map((text) => text.toWellFormed()),
    { maxLength: 2 },
  ),
})

function inOrder(entries: readonly Entry[]): Entry[] {
  return [...new Map(entries.map((each) => [each.key, each])).values()].sort((one, other) =>
    compareOrdinal(one.key, other.key),
  )
}

const ordered = fc.array(entry, { minLength: 1, maxLength: 30 }).map(inOrder)

test('a packed chunk knows each of its entries, whatever is in them', () => {
  fc.assert(
    fc.property(ordered, (entries) => {
      const packed = packedChunk(Buffer.from(canonicalJson(entries)))
      expect(Array.from(packed.ends, (_, position) => entryAt<Entry>(packed, position))).toEqual(entries)
    }),
    { numRuns: 300 },
  )
})

test('a spliced chunk has the bytes of one whose entries were all read, merged and written', () => {
  fc.assert(
    fc.property(ordered, ordered, (previous, fresh) => {
      const chunk = { chunk: packedChunk(Buffer.from(canonicalJson(previous))), firstKey: previous[0]!.key }
      const spliced = spliceChunk(shape, chunk, fresh)
      const plain = mergeEntries(shape, previous, fresh)
      const texts = spliced.chunks.map(({ bytes }) => bytes.toString().slice(1, -1))
      expect(`[${texts.join(',')}]`).toBe(canonicalJson(plain.entries))
      expect(spliced.chunks.reduce((sum, { count }) => sum + count, 0)).toBe(plain.entries.length)
      expect({ added: spliced.added, changed: spliced.changed }).toEqual({ added: plain.added, changed: plain.changed })
    }),
    { numRuns: 500 },
  )
})

test('a list that grew by batches is byte for byte the one that is written from nothing', async () => {
  const names = fc.nat(6_000).map((number) => `"},{${number}\\`)
  const batch = fc
    .array(fc.record({ key: names, sum: fc.nat(2), notes: fc.constant(['é"']) }), { minLength: 400, maxLength: 900 })
    .map(inOrder)
  await fc.assert(
    fc.asyncProperty(fc.array(batch, { minLength: 3, maxLength: 6 }), async (batches) => {
      const grown = mapBlobs()
      let list: StoredList<Entry> = []
      for (const fresh of batches) list = (await upsertEntries(grown, shape, { list, fresh })).list
      const written = mapBlobs()
      expect(list).toEqual(await plainUpsert(written, shape, batches))
      expect(await readAllEntries(grown, list)).toEqual(await readAllEntries(written, list))
    }),
    { numRuns: 30 },
  )
})

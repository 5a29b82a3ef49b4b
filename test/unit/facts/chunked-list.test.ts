import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { beginsChunk } from '../../../src/facts/begins-chunk.ts'
import {
  cutList,
  entryCountOf,
  isChunked,
  readAllEntries,
  upsertEntries,
  writeList,
} from '../../../src/facts/chunked-list.ts'
import type { StoredList } from '../../../src/facts/fact-ledger.ts'
import { pageOf } from '../../../src/facts/page-of-list.ts'
import { compareOrdinal } from '../../../src/lib/ordinal.ts'
import { type MapBlobs, mapBlobs } from '../../support/map-blobs.ts'

interface Entry {
  readonly key: string
  readonly sum: number
}

const shape = {
  keyOf: ({ key }: Entry) => key,
  merge: (one: Entry, other: Entry) => (other.sum === 0 ? one : { key: one.key, sum: one.sum + other.sum }),
}

function entries(count: number, sum = 1): Entry[] {
  return Array.from({ length: count }, (_, number) => ({ key: `symbol-${number}`, sum })).sort((one, other) =>
    compareOrdinal(one.key, other.key),
  )
}

async function upsertAll(blobs: MapBlobs, batches: readonly (readonly Entry[])[]): Promise<StoredList<Entry>> {
  let list: StoredList<Entry> = []
  for (const batch of batches) list = (await upsertEntries(blobs, shape, { list, fresh: batch })).list
  return list
}

describe('where chunks begin', () => {
  test('is told by nine zero bits at the end of the hash of the key', () => {
    const keys = Array.from({ length: 20_000 }, (_, number) => `cg-1\0symbol-${number}`)
    const bits = (key: string) => BigInt(`0x${createHash('sha256').update(key).digest('hex')}`) % 512n
    expect(keys.filter(beginsChunk)).toEqual(keys.filter((key) => bits(key) === 0n))
    expect(keys.filter(beginsChunk).length).toBeGreaterThan(10)
  })

  test('a list of 1,000 entries stands inline, one of 1,001 in chunks', async () => {
    const blobs = mapBlobs()
    expect(await writeList(blobs, shape, entries(1_000))).toEqual(entries(1_000))
    expect(blobs.blobs.size).toBe(0)
    const list = await writeList(blobs, shape, entries(1_001))
    expect(isChunked(list)).toBe(true)
    expect(await readAllEntries(blobs, list)).toEqual(entries(1_001))
  })

  test('a chunk is the canonical JSON array of its entries', async () => {
    const blobs = mapBlobs()
    const list = await writeList(blobs, shape, entries(5_000))
    if (!isChunked(list)) throw new Error('a long list is chunked')
    const texts = list.chunks.map(({ digest }) => blobs.blobs.get(digest)?.toString() ?? '')
    expect(texts.map((text) => text.slice(1, -1)).join(',')).toBe(
      entries(5_000)
        .map(({ key, sum }) => `{"key":"${key}","sum":${sum}}`)
        .join(','),
    )
    for (const chunk of list.chunks.slice(1)) expect(beginsChunk(chunk.firstKey)).toBe(true)
    expect(list.chunks.length).toBe(
      1 +
        entries(5_000)
          .slice(1)
          .filter(({ key }) => beginsChunk(key)).length,
    )
  })
})

test('one list has one chunking, whatever the order and the batching of what made it', async () => {
  const all = entries(3_000)
  await fc.assert(
    fc.asyncProperty(
      fc.infiniteStream(fc.nat(1_000_000)),
      fc.integer({ min: 1, max: 9 }),
      async (numbers, batchCount) => {
        const blobs = mapBlobs()
        const batches = Array.from({ length: batchCount }, (): Entry[] => [])
        for (const entry of all) batches[(numbers.next().value ?? 0) % batchCount]?.push(entry)
        expect(await upsertAll(blobs, batches)).toEqual(await writeList(mapBlobs(), shape, all))
      },
    ),
    { numRuns: 60 },
  )
})

test('merging the same entries in any batching gives the same sums', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ key: fc.integer({ min: 0, max: 40 }), sum: fc.integer({ min: 1, max: 9 }) }), {
        maxLength: 60,
      }),
      async (posted) => {
        const single = posted.map(({ key, sum }) => [{ key: `symbol-${key}`, sum }])
        const list = await readAllEntries(mapBlobs(), await upsertAll(mapBlobs(), single))
        const sums = new Map<string, number>()
        for (const [entry] of single) sums.set(entry!.key, (sums.get(entry!.key) ?? 0) + entry!.sum)
        expect(list).toEqual([...sums].map(([key, sum]) => ({ key, sum })).sort((a, b) => compareOrdinal(a.key, b.key)))
      },
    ),
    { numRuns: 200 },
  )
})

describe('a small change to a long list', () => {
  test('reads and writes one chunk for one changed entry', async () => {
    const blobs = mapBlobs()
    const list = await writeList(blobs, shape, entries(20_000))
    blobs.takeCounts()
    const {
      added,
      changed,
      list: next,
    } = await upsertEntries(blobs, shape, { list, fresh: [{ key: 'symbol-77', sum: 5 }] })
    expect({ added, changed, counts: blobs.takeCounts() }).toEqual({
      added: 0,
      changed: 1,
      counts: { reads: 1, puts: 1 },
    })
    expect(entryCountOf(next)).toBe(20_000)
  })

  test('writes nothing when nothing changed', async () => {
    const blobs = mapBlobs()
    const list = await writeList(blobs, shape, entries(20_000))
    blobs.takeCounts()
    const upserted = await upsertEntries(blobs, shape, { list, fresh: [{ key: 'symbol-77', sum: 0 }] })
    expect(upserted).toEqual({ added: 0, changed: 0, list })
    expect(blobs.takeCounts()).toEqual({ reads: 1, puts: 0 })
  })

  test('an entry before all others takes its place in front, and an entry behind all others at the end', async () => {
    const blobs = mapBlobs()
    const list = await writeList(blobs, shape, entries(2_000))
    const ends = [
      { key: '', sum: 1 },
      { key: 'z', sum: 1 },
    ]
    const next = await upsertEntries(blobs, shape, { list, fresh: ends })
    expect(await readAllEntries(blobs, next.list)).toEqual([ends[0], ...entries(2_000), ends[1]])
    expect(next.list).toEqual(await writeList(mapBlobs(), shape, [ends[0]!, ...entries(2_000), ends[1]!]))
  })

  test('a list written anew puts only the chunks that it did not have', async () => {
    const blobs = mapBlobs()
    const previous = await writeList(blobs, shape, entries(20_000))
    blobs.takeCounts()
    const changed = entries(20_000).map((entry) => (entry.key === 'symbol-77' ? { ...entry, sum: 9 } : entry))
    await writeList(blobs, { ...shape, previous }, changed)
    expect(blobs.takeCounts()).toEqual({ reads: 0, puts: 1 })
  })
})

test.each([0, 1, 999, 1_000, 1_001, 2_999, 3_000])(
  'the first %d entries of a list have the chunking of a list of them',
  async (limit) => {
    const blobs = mapBlobs()
    const list = await writeList(blobs, shape, entries(3_000))
    const cut = await cutList(blobs, shape.keyOf, { list, limit })
    expect(cut).toEqual(await writeList(mapBlobs(), shape, entries(3_000).slice(0, limit)))
  },
)

describe('pages of a list', () => {
  test.each([300, 3_000])('of %d entries follow one another without gap or repetition', async (count) => {
    const blobs = mapBlobs()
    const list = await writeList(blobs, shape, entries(count))
    const seen: Entry[] = []
    let after: string | undefined
    do {
      const page = await pageOf(
        blobs,
        { list, keyOf: shape.keyOf },
        { after: after === undefined ? undefined : { key: after }, limit: 97, matches: () => true },
      )
      seen.push(...page.items)
      after = page.nextKey
    } while (after !== undefined)
    expect(seen).toEqual(entries(count))
  })

  test('hold only what matches, however rare', async () => {
    const blobs = mapBlobs()
    const list = await writeList(blobs, shape, entries(3_000))
    const page = await pageOf(
      blobs,
      { list, keyOf: shape.keyOf },
      { after: undefined, limit: 5, matches: ({ key }) => key.endsWith('77') },
    )
    expect(page.items.map(({ key }) => key)).toEqual(
      entries(3_000)
        .map(({ key }) => key)
        .filter((key) => key.endsWith('77'))
        .slice(0, 5),
    )
  })

  test('skip the chunks before the cursor unread', async () => {
    const blobs = mapBlobs()
    const list = await writeList(blobs, shape, entries(20_000))
    blobs.takeCounts()
    await pageOf(blobs, { list, keyOf: shape.keyOf }, { after: { key: 'symbol-99' }, limit: 10, matches: () => true })
    expect(blobs.takeCounts().reads).toBeLessThanOrEqual(2)
  })
})

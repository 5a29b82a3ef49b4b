import fc from 'fast-check'
import { expect, test } from 'vitest'
import { beginsChunk } from '../../../src/facts/begins-chunk.ts'
import { isChunked, readChunk, writeList } from '../../../src/facts/chunked-list.ts'
import { type DifferingEntry, differingEntries } from '../../../src/facts/differing-entries.ts'
import type { LongList } from '../../../src/facts/fact.ts'
import { mapBlobs } from '../../support/map-blobs.ts'

interface Counted {
  readonly key: string
  readonly count: number
}

const keyOf = ({ key }: Counted): string => key
const blobs = mapBlobs()

async function longList(entries: readonly Counted[]): Promise<LongList<Counted>> {
  const list = await writeList(blobs, { keyOf }, entries)
  return isChunked(list) ? { count: list.count, chunks: list.chunks.map(({ digest }) => digest) } : list
}

/** What differs, and how many chunks it took to see that. */
async function differences(before: LongList<Counted>, after: LongList<Counted>) {
  let chunksRead = 0
  const readEntries = async (digest: `sha256:${string}`) => {
    chunksRead += 1
    return await readChunk<Counted>(blobs, { digest })
  }
  const found: DifferingEntry<Counted>[] = []
  const one = { list: before, readChunk: readEntries }
  for await (const entry of differingEntries(keyOf, one, { list: after, readChunk: readEntries })) found.push(entry)
  return { found, chunksRead }
}

function someEntries(count: number): Counted[] {
  return Array.from({ length: count }, (_, number) => ({ key: `key-${String(number).padStart(6, '0')}`, count: 1 }))
}

const many = someEntries(20_000)

test('of two long lists only the chunks are read that are not in both', async () => {
  const changed = many.map((entry, place) => (place === 9_000 ? { ...entry, count: 2 } : entry))
  const { found, chunksRead } = await differences(await longList(many), await longList(changed))
  expect(found).toEqual([{ before: many[9_000], after: { ...many[9_000], count: 2 } }])
  expect(chunksRead).toBe(2)
  expect(await differences(await longList(many), await longList(many))).toEqual({ found: [], chunksRead: 0 })
})

test('an entry that begins a chunk in one list alone moves its neighbours, and none of them differs', async () => {
  const place = many.findIndex(({ key }, at) => at > 5_000 && beginsChunk(key))
  const without = many.filter((_, at) => at !== place)
  const { found, chunksRead } = await differences(await longList(many), await longList(without))
  expect(found).toEqual([{ before: many[place] }])
  expect(chunksRead).toBe(3)
})

test('a list that has grown long is compared with the short one that it was', async () => {
  const { found } = await differences(await longList(many.slice(0, 1_000)), await longList(many.slice(0, 1_001)))
  expect(found).toEqual([{ after: many[1_000] }])
})

const drawn = fc.dictionary(fc.stringMatching(/^[a-d]{1,3}$/), fc.nat(2), { maxKeys: 30 })

function inOrder(counts: Readonly<Record<string, number>>): Counted[] {
  return Object.entries(counts)
    .map(([key, count]) => ({ key, count }))
    .sort((one, other) => (one.key < other.key ? -1 : 1))
}

test('whatever differs is told, in order, and nothing else', async () => {
  await fc.assert(
    fc.asyncProperty(drawn, drawn, async (before, after) => {
      const { found } = await differences(inOrder(before), inOrder(after))
      const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort()
      const expected = keys.filter((key) => before[key] !== after[key])
      expect(found.map((entry) => (entry.before ?? entry.after)?.key)).toEqual(expected)
      for (const [at, key] of expected.entries()) {
        expect(found[at]?.before?.count).toBe(before[key])
        expect(found[at]?.after?.count).toBe(after[key])
      }
    }),
  )
})

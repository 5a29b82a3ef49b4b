import { type Digest, sha256Of } from '../identifiers/digest.ts'
import { boundedMap } from '../lib/bounded-map.ts'
import { canonicalJson } from '../lib/canonical-json.ts'
import { beginsChunk } from './begins-chunk.ts'
import type { BlobAccess } from './blob-access.ts'
import type { ChunkIndex, ListIndex, StoredList } from './fact-ledger.ts'
import { type KeyOf, mergeEntries, type UpsertShape } from './merge-entries.ts'
import { packedChunk } from './packed-chunk.ts'
import { type NewChunk, type Spliced, spliceChunk } from './splice-chunk.ts'

/** Lists of more entries are chunked. Source: small print of contracts, 6. */
export const maxInlineEntries = 1_000

/** Stores an ordered list; chunks that `previous` has already are not put again. */
export async function writeList<Entry>(
  blobs: BlobAccess,
  { keyOf, previous = [] }: { keyOf: KeyOf<Entry>; previous?: StoredList<Entry> },
  entries: Iterable<Entry>,
): Promise<StoredList<Entry>> {
  const rest = entries[Symbol.iterator]()
  const head = take(rest, maxInlineEntries + 1)
  if (head.length <= maxInlineEntries) return head
  const known = new Set(chunksOf(previous).map(({ digest }) => digest))
  const split = splitIntoChunks(keyOf, chain(head, rest))
  return listIndexOf(await boundedMap(split, chunksAtOnce, (chunk) => putChunk(blobs, newChunk(keyOf, chunk), known)))
}

export interface Upserted<Entry> {
  readonly list: StoredList<Entry>
  readonly added: number
  readonly changed: number
}

/** Puts ordered fresh entries into a list, reading and writing only the chunks that they fall into. */
export async function upsertEntries<Entry>(
  blobs: BlobAccess,
  shape: UpsertShape<Entry>,
  { list, fresh }: { list: StoredList<Entry>; fresh: readonly Entry[] },
): Promise<Upserted<Entry>> {
  if (fresh.length === 0) return { list, added: 0, changed: 0 }
  if (!isChunked(list)) {
    const { entries, added, changed } = mergeEntries(shape, list, fresh)
    return { list: await writeList(blobs, shape, entries), added, changed }
  }
  const upserted = await boundedMap(shares(shape.keyOf, list, fresh), chunksAtOnce, async ({ chunk, share }) => {
    const { chunks, added, changed } =
      share.length === 0 ? untouched : await splicedChunk(blobs, shape, { chunk, share })
    if (added === 0 && changed === 0) return { chunks: [chunk], added, changed }
    return { chunks: await boundedMap(chunks, 1, (part) => putChunk(blobs, part)), added, changed }
  })
  return {
    list: listIndexOf(upserted.flatMap(({ chunks }) => chunks)),
    added: upserted.reduce((sum, { added }) => sum + added, 0),
    changed: upserted.reduce((sum, { changed }) => sum + changed, 0),
  }
}

/** The ordinally smallest `limit` entries: which ones stay depends on no order of arrival. */
export async function cutList<Entry>(
  blobs: BlobAccess,
  keyOf: KeyOf<Entry>,
  { list, limit }: { list: StoredList<Entry>; limit: number },
): Promise<StoredList<Entry>> {
  if (entryCountOf(list) <= limit) return list
  if (!isChunked(list)) return list.slice(0, limit)
  if (limit <= maxInlineEntries) return (await readAllEntries<Entry>(blobs, list)).slice(0, limit)
  const chunks: ChunkIndex[] = []
  let room = limit
  for (const chunk of list.chunks) {
    if (room === 0) break
    if (chunk.count <= room) chunks.push(chunk)
    else chunks.push(await putChunk(blobs, newChunk(keyOf, (await readChunk<Entry>(blobs, chunk)).slice(0, room))))
    room -= Math.min(room, chunk.count)
  }
  return listIndexOf(chunks)
}

export async function* readEntries<Entry>(
  blobs: Pick<BlobAccess, 'readBlob'>,
  list: StoredList<Entry>,
): AsyncGenerator<readonly Entry[]> {
  if (!isChunked(list)) {
    yield list
    return
  }
  for (const chunk of list.chunks) yield await readChunk<Entry>(blobs, chunk)
}

export async function readAllEntries<Entry>(
  blobs: Pick<BlobAccess, 'readBlob'>,
  list: StoredList<Entry>,
): Promise<readonly Entry[]> {
  if (!isChunked(list)) return list
  const entries: Entry[] = []
  for await (const chunk of readEntries<Entry>(blobs, list)) for (const entry of chunk) entries.push(entry)
  return entries
}

/** The entries of one chunk. Chunks are only ever made by this file, and the CAS verifies that the bytes are those. */
export async function readChunk<Entry>(
  blobs: Pick<BlobAccess, 'readBlob'>,
  { digest }: Pick<ChunkIndex, 'digest'>,
): Promise<readonly Entry[]> {
  return entriesIn<Entry>(await blobs.readBlob(digest))
}

function entriesIn<Entry>(bytes: Buffer): readonly Entry[] {
  return JSON.parse(bytes.toString('utf8')) as Entry[]
}

export function isChunked<Entry>(list: StoredList<Entry>): list is ListIndex {
  return !Array.isArray(list)
}

export function entryCountOf<Entry>(list: StoredList<Entry>): number {
  return isChunked(list) ? list.count : list.length
}

function chunksOf<Entry>(list: StoredList<Entry>): readonly ChunkIndex[] {
  return isChunked(list) ? list.chunks : []
}

function listIndexOf(chunks: readonly ChunkIndex[]): ListIndex {
  return { count: chunks.reduce((sum, { count }) => sum + count, 0), chunks }
}

interface Share<Entry> {
  readonly chunk: ChunkIndex
  readonly share: readonly Entry[]
}

/** Which of the fresh entries fall into which chunk. */
function* shares<Entry>(keyOf: KeyOf<Entry>, { chunks }: ListIndex, fresh: readonly Entry[]): Generator<Share<Entry>> {
  let taken = 0
  for (const [position, chunk] of chunks.entries()) {
    const nextKey = chunks[position + 1]?.firstKey
    const begin = taken
    while (taken < fresh.length && isBefore(keyOf, fresh[taken], nextKey)) taken++
    yield { chunk, share: fresh.slice(begin, taken) }
  }
}

function isBefore<Entry>(keyOf: KeyOf<Entry>, entry: Entry | undefined, nextKey: string | undefined): boolean {
  return entry !== undefined && (nextKey === undefined || keyOf(entry) < nextKey)
}

const untouched: Spliced = { chunks: [], added: 0, changed: 0 }

async function splicedChunk<Entry>(
  blobs: BlobAccess,
  shape: UpsertShape<Entry>,
  { chunk, share }: Share<Entry>,
): Promise<Spliced> {
  const bytes = await blobs.readBlob(chunk.digest)
  if (bytes.byteLength < maxSplicedBytes) {
    return spliceChunk(shape, { chunk: packedChunk(bytes), firstKey: chunk.firstKey }, share)
  }
  // Near the most that a chunk can hold it matters which entries still fit.
  const { entries, added, changed } = mergeEntries(shape, entriesIn<Entry>(bytes), share)
  return {
    chunks: [...splitIntoChunks(shape.keyOf, entries)].map((part) => newChunk(shape.keyOf, part)),
    added,
    changed,
  }
}

/** What can be read back in one piece. Only keys that were chosen so as never to begin a chunk make one that long. */
const maxChunkCharacters = 64 * 1024 * 1024

const maxSplicedBytes = 8 * 1024 * 1024

/** Enough that waiting for the disk or the bucket of one is hidden behind the others. */
const chunksAtOnce = 16

function newChunk<Entry>(keyOf: KeyOf<Entry>, entries: readonly Entry[]): NewChunk {
  const [first] = entries
  if (first === undefined) throw new TypeError('a chunk has at least one entry')
  const texts: string[] = []
  let characters = 0
  for (const entry of entries) {
    // The entry that comes to more stays, so that no later one can slip in behind it.
    if (characters > maxChunkCharacters) break
    const text = canonicalJson(entry)
    characters += text.length
    texts.push(text)
  }
  return { bytes: Buffer.from(`[${texts.join(',')}]`), count: texts.length, firstKey: keyOf(first) }
}

async function putChunk(
  blobs: BlobAccess,
  { bytes, count, firstKey }: NewChunk,
  known?: ReadonlySet<Digest>,
): Promise<ChunkIndex> {
  const digest = known ? sha256Of(bytes) : undefined
  if (digest && known?.has(digest)) return { digest, count, firstKey }
  return { digest: await blobs.putBlob(bytes), count, firstKey }
}

function* splitIntoChunks<Entry>(keyOf: KeyOf<Entry>, entries: Iterable<Entry>): Generator<Entry[]> {
  let open: Entry[] = []
  for (const entry of entries) {
    if (open.length > 0 && beginsChunk(keyOf(entry))) {
      yield open
      open = []
    }
    open.push(entry)
  }
  if (open.length > 0) yield open
}

function take<Entry>(entries: Iterator<Entry>, count: number): Entry[] {
  const taken: Entry[] = []
  while (taken.length < count) {
    const next = entries.next()
    if (next.done === true) break
    taken.push(next.value)
  }
  return taken
}

function* chain<Entry>(head: readonly Entry[], rest: Iterator<Entry>): Generator<Entry> {
  yield* head
  for (let next = rest.next(); next.done !== true; next = rest.next()) yield next.value
}

import { hash } from 'node:crypto'
import { type Digest, sha256Of } from '../identifiers/digest.ts'
import { canonicalJson } from '../lib/canonical-json.ts'
import type { BlobAccess } from './blob-access.ts'
import type { ChunkIndex, ListIndex, StoredList } from './fact-ledger.ts'

/** Lists of more entries are chunked. Source: small print of contracts, 6. */
export const maxInlineEntries = 1_000

/** Entries stand in ordinal order of their keys, each key once. */
export type KeyOf<Entry> = (entry: Entry) => string

/** Nine zero bits at the end of its key's hash: one entry of about 512 begins a chunk, whatever the list's history. */
export function beginsChunk(key: string): boolean {
  const digest = hash('sha256', key, 'buffer')
  return digest[31] === 0 && ((digest[30] ?? 0) & 1) === 0
}

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
  const chunks: ChunkIndex[] = []
  for (const chunk of splitIntoChunks(keyOf, chain(head, rest)))
    chunks.push(await putChunk(blobs, { keyOf, known }, chunk))
  return listIndexOf(chunks)
}

export interface UpsertShape<Entry> {
  readonly keyOf: KeyOf<Entry>
  /** Gives `previous` itself back when `fresh` adds nothing to it. */
  readonly merge: (previous: Entry, fresh: Entry) => Entry
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
  const chunks: ChunkIndex[] = []
  let added = 0
  let changed = 0
  let taken = 0
  for (const [position, chunk] of list.chunks.entries()) {
    const nextKey = list.chunks[position + 1]?.firstKey
    const begin = taken
    while (taken < fresh.length && isBefore(shape.keyOf, fresh[taken], nextKey)) taken++
    if (taken === begin) {
      chunks.push(chunk)
      continue
    }
    const merged = mergeEntries(shape, await readChunk<Entry>(blobs, chunk), fresh.slice(begin, taken))
    chunks.push(...(await rewritten(blobs, shape.keyOf, chunk, merged)))
    added += merged.added
    changed += merged.changed
  }
  return { list: listIndexOf(chunks), added, changed }
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
    else chunks.push(await putChunk(blobs, { keyOf }, (await readChunk<Entry>(blobs, chunk)).slice(0, room)))
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
  { digest }: ChunkIndex,
): Promise<readonly Entry[]> {
  return JSON.parse(Buffer.from(await blobs.readBlob(digest)).toString('utf8')) as Entry[]
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

function isBefore<Entry>(keyOf: KeyOf<Entry>, entry: Entry | undefined, nextKey: string | undefined): boolean {
  return entry !== undefined && (nextKey === undefined || keyOf(entry) < nextKey)
}

interface Merged<Entry> {
  readonly entries: readonly Entry[]
  readonly added: number
  readonly changed: number
}

function mergeEntries<Entry>(
  { keyOf, merge }: UpsertShape<Entry>,
  previous: readonly Entry[],
  fresh: readonly Entry[],
): Merged<Entry> {
  const entries: Entry[] = []
  let changed = 0
  let taken = 0
  for (const entry of previous) {
    const key = keyOf(entry)
    for (let next = fresh[taken]; next !== undefined && keyOf(next) < key; next = fresh[++taken]) entries.push(next)
    const same = fresh[taken]
    const isSame = same !== undefined && keyOf(same) === key
    const merged = isSame ? merge(entry, same) : entry
    if (isSame) taken++
    if (merged !== entry) changed++
    entries.push(merged)
  }
  for (const next of fresh.slice(taken)) entries.push(next)
  return { entries, added: entries.length - previous.length, changed }
}

async function rewritten<Entry>(
  blobs: BlobAccess,
  keyOf: KeyOf<Entry>,
  chunk: ChunkIndex,
  { entries, added, changed }: Merged<Entry>,
): Promise<readonly ChunkIndex[]> {
  if (added === 0 && changed === 0) return [chunk]
  const chunks: ChunkIndex[] = []
  for (const part of splitIntoChunks(keyOf, entries)) chunks.push(await putChunk(blobs, { keyOf }, part))
  return chunks
}

/** What can be read back in one piece. Only keys that were chosen so as never to begin a chunk make one that long. */
const maxChunkCharacters = 64 * 1024 * 1024

async function putChunk<Entry>(
  blobs: BlobAccess,
  { keyOf, known }: { keyOf: KeyOf<Entry>; known?: ReadonlySet<Digest> },
  entries: readonly Entry[],
): Promise<ChunkIndex> {
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
  const bytes = Buffer.from(`[${texts.join(',')}]`)
  const digest = sha256Of(bytes)
  if (!known?.has(digest)) await blobs.putBlob(bytes)
  return { digest, count: texts.length, firstKey: keyOf(first) }
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

import type { BlobAccess } from './blob-access.ts'
import { isChunked, readChunk } from './chunked-list.ts'
import type { StoredList } from './fact-ledger.ts'
import { behind, type ListPosition } from './list-cursor.ts'
import type { KeyOf } from './merge-entries.ts'

interface PagedList<Entry> {
  readonly list: StoredList<Entry>
  readonly keyOf: KeyOf<Entry>
}

interface PageRequest<Entry> {
  readonly after: ListPosition | undefined
  readonly limit: number
  readonly matches: (entry: Entry) => boolean
}

export interface ListPage<Entry> {
  readonly items: readonly Entry[]
  /** Where the next page goes on; absent on the last. */
  readonly nextKey?: string
}

/** Chunks that one page reads at the most: a filter that matches nothing must not read a whole subject at once. */
const maxChunksRead = 256

/** One page of a list, reading only the chunks that it lies in. A page may be short, even empty, and yet have a next one. */
export async function pageOf<Entry>(
  blobs: Pick<BlobAccess, 'readBlob'>,
  paged: PagedList<Entry>,
  request: PageRequest<Entry>,
): Promise<ListPage<Entry>> {
  const items: Entry[] = []
  const isBehind = behind(request.after)
  let lastKey: string | undefined
  let read = 0
  for (const loadPart of partsBehind(blobs, paged, request.after)) {
    if (read++ === maxChunksRead && lastKey !== undefined) return { items, nextKey: lastKey }
    for (const entry of await loadPart()) {
      const key = paged.keyOf(entry)
      if (!isBehind(key)) continue
      if (items.length === request.limit && lastKey !== undefined) return { items, nextKey: lastKey }
      lastKey = key
      if (request.matches(entry)) items.push(entry)
    }
  }
  return { items }
}

type LoadPart<Entry> = () => Promise<readonly Entry[]>

function partsBehind<Entry>(
  blobs: Pick<BlobAccess, 'readBlob'>,
  { list }: PagedList<Entry>,
  after: ListPosition | undefined,
): readonly LoadPart<Entry>[] {
  if (!isChunked(list)) return [async () => list]
  const { chunks } = list
  // A chunk whose successor begins at or before the position lies wholly before it.
  const reachesBehind = (chunk: number): boolean => {
    const next = chunks[chunk + 1]
    return after === undefined || next === undefined || next.firstKey > after.key
  }
  return chunks.filter((_, chunk) => reachesBehind(chunk)).map((chunk) => () => readChunk<Entry>(blobs, chunk))
}

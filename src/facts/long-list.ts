import type { BlobAccess } from './blob-access.ts'
import { readChunk } from './chunked-list.ts'
import type { ChunkedList, LongList } from './fact.ts'

// A list as it stands in a covered body: all that is left of it once its version is not the last any more.

export function isChunkedList<Entry>(list: LongList<Entry>): list is ChunkedList {
  return !Array.isArray(list)
}

export function lengthOf<Entry>(list: LongList<Entry>): number {
  return isChunkedList(list) ? list.count : list.length
}

/** The first entries of a list, reading no more chunks than they lie in. */
export async function firstOfLongList<Entry>(
  blobs: Pick<BlobAccess, 'readBlob'>,
  list: LongList<Entry>,
  count: number,
): Promise<readonly Entry[]> {
  if (!isChunkedList(list)) return list.slice(0, count)
  const entries: Entry[] = []
  for (const digest of list.chunks) {
    for (const entry of await readChunk<Entry>(blobs, { digest })) entries.push(entry)
    if (entries.length >= count) break
  }
  return entries.slice(0, count)
}

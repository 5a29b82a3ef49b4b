import { writeList } from '../../src/facts/chunked-list.ts'
import type { StoredList } from '../../src/facts/fact-ledger.ts'
import type { UpsertShape } from '../../src/facts/merge-entries.ts'
import { compareOrdinal } from '../../src/lib/ordinal.ts'
import type { MapBlobs } from './map-blobs.ts'

/** What `upsertEntries` must come to: all entries in one map, and the list of them written from nothing. */
export async function plainUpsert<Entry>(
  blobs: MapBlobs,
  { keyOf, merge }: UpsertShape<Entry>,
  batches: readonly (readonly Entry[])[],
): Promise<StoredList<Entry>> {
  const entries = new Map<string, Entry>()
  for (const entry of batches.flat()) {
    const before = entries.get(keyOf(entry))
    entries.set(keyOf(entry), before === undefined ? entry : merge(before, entry))
  }
  return await writeList(
    blobs,
    { keyOf },
    [...entries.values()].sort((one, other) => compareOrdinal(keyOf(one), keyOf(other))),
  )
}

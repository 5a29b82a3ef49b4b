/** Entries stand in ordinal order of their keys, each key once. */
export type KeyOf<Entry> = (entry: Entry) => string

export interface UpsertShape<Entry> {
  readonly keyOf: KeyOf<Entry>
  /** Gives `previous` itself back when `fresh` adds nothing to it. */
  readonly merge: (previous: Entry, fresh: Entry) => Entry
}

export interface MergedEntries<Entry> {
  readonly entries: readonly Entry[]
  readonly added: number
  readonly changed: number
}

/** Both in order. */
export function mergeEntries<Entry>(
  { keyOf, merge }: UpsertShape<Entry>,
  previous: readonly Entry[],
  fresh: readonly Entry[],
): MergedEntries<Entry> {
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

import type { BlobAccess } from './blob-access.ts'
import { readEntries } from './chunked-list.ts'
import { cleanName } from './clean-name.ts'
import type { Bucket, FactState, RuntimeFact, Verdict } from './fact.ts'
import type { StoredList } from './fact-ledger.ts'
import type { FactRow } from './fact-row.ts'
import { listCursor, listPosition } from './list-cursor.ts'
import { runtimeFactKey } from './merge-evidence.ts'
import { pageOf } from './page-of-list.ts'
import { readKnownFact } from './read-known-fact.ts'
import { stateKeyOf } from './write-scored.ts'

export interface EntryQuery {
  readonly limit: number
  readonly cursor?: string | undefined
  readonly bucket?: Bucket | undefined
  readonly verdict?: Verdict | undefined
  readonly target?: string | undefined
}

export interface EntryPage<Entry> {
  readonly items: readonly Entry[]
  readonly nextCursor?: string
}

type Blobs = Pick<BlobAccess, 'readBlob'>

export async function pageOfStates(blobs: Blobs, row: FactRow, query: EntryQuery): Promise<EntryPage<FactState>> {
  const { computed } = await readKnownFact(blobs, row)
  const paged = { name: 'states', list: computed?.states ?? [], keyOf: stateKeyOf }
  return await entryPage(blobs, paged, { query, matches: stateTest(query) })
}

/** Bucket and verdict are those of the state of the same symbol in the same graph. */
export async function pageOfRuntimeFacts(
  blobs: Blobs,
  row: FactRow,
  query: EntryQuery,
): Promise<EntryPage<RuntimeFact>> {
  const { runtimeFacts, computed } = await readKnownFact(blobs, row)
  const target = query.target === undefined ? undefined : cleanName(query.target)
  const isState = await stateKeyTest(blobs, computed?.states ?? [], query)
  const matches = (fact: RuntimeFact): boolean =>
    (target === undefined || fact.symbolId === target) && isState(runtimeFactKey(fact))
  const paged = { name: 'runtimeFacts', list: runtimeFacts, keyOf: runtimeFactKey }
  return await entryPage(blobs, paged, { query, matches })
}

interface NamedList<Entry> {
  readonly name: string
  readonly list: StoredList<Entry>
  readonly keyOf: (entry: Entry) => string
}

interface EntryFilter<Entry> {
  readonly query: EntryQuery
  readonly matches: (entry: Entry) => boolean
}

async function entryPage<Entry>(
  blobs: Blobs,
  paged: NamedList<Entry>,
  { query, matches }: EntryFilter<Entry>,
): Promise<EntryPage<Entry>> {
  const after = listPosition(paged.name, query.cursor)
  const { items, nextKey } = await pageOf(blobs, paged, { after, limit: query.limit, matches })
  return { items, ...(nextKey !== undefined && { nextCursor: listCursor(paged.name, nextKey) }) }
}

function stateTest({ bucket, verdict, target }: EntryQuery): (state: FactState) => boolean {
  const wanted = target === undefined ? undefined : cleanName(target)
  return (state) =>
    (bucket === undefined || state.bucket === bucket) &&
    (verdict === undefined || state.verdict === verdict) &&
    (wanted === undefined || state.target === wanted)
}

async function stateKeyTest(
  blobs: Blobs,
  states: StoredList<FactState>,
  query: EntryQuery,
): Promise<(key: string) => boolean> {
  if (query.bucket === undefined && query.verdict === undefined) return () => true
  const isWanted = stateTest(query)
  const keys = new Set<string>()
  for await (const chunk of readEntries(blobs, states)) {
    for (const state of chunk) if (isWanted(state)) keys.add(stateKeyOf(state))
  }
  return (key) => keys.has(key)
}

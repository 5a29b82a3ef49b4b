import { type Digest, hexOf } from '../identifiers/digest.ts'
import type { BlobAccess } from './blob-access.ts'
import { isChunked, readAllEntries, readEntries } from './chunked-list.ts'
import type { FactTarget } from './fact.ts'
import type { StoredList } from './fact-ledger.ts'
import type { FactRow, StoredFact } from './fact-row.ts'
import { listCursor } from './list-cursor.ts'
import { runtimeFactKey } from './merge-evidence.ts'
import { factBytes, readKnownFact } from './read-known-fact.ts'
import { stateKeyOf } from './write-scored.ts'

/** A fact as it is sent. */
export interface PresentedFact {
  readonly subjectKey: string
  readonly version: number
  readonly digest: Digest
  readonly etag: string
  readonly bytes: Buffer
}

/** How much of each long list a response carries; the pages have the rest. */
export interface ShownEntries {
  readonly states: number
  readonly runtimeFacts: number
  readonly targets: number
}

export const shownEntries: ShownEntries = { states: 5_000, runtimeFacts: 1_000, targets: 5_000 }

type Blobs = Pick<BlobAccess, 'readBlob'>

/** Undefined while what is known of the subject makes no fact. */
export async function presentFact(
  blobs: Blobs,
  row: FactRow,
  shown: ShownEntries = shownEntries,
): Promise<PresentedFact | undefined> {
  const { subjectKey, version, fact } = row
  if (!fact) return undefined
  const { digest } = fact
  const etag = factETag({ version, digest })
  return { subjectKey, version, digest, etag, bytes: await responseBytes(blobs, { row, fact }, shown) }
}

/** `"<version>-<first 32 hex of its digest>"` (contracts, 1), without the quotes. */
export function factETag({ version, digest }: Pick<PresentedFact, 'version' | 'digest'>): string {
  return `${version}-${hexOf(digest).slice(0, 32)}`
}

interface PresentedRow {
  readonly row: FactRow
  readonly fact: StoredFact
}

async function responseBytes(blobs: Blobs, { row, fact }: PresentedRow, shown: ShownEntries): Promise<Buffer> {
  const beside = { computedAt: fact.computedAt, metadata: fact.metadata, tenant: row.tenant }
  const { chunked } = row.ledger
  if (Object.keys(chunked).length > 0) {
    return Buffer.from(JSON.stringify({ ...(await unchunkedBody(blobs, row, shown)), ...beside }))
  }
  // Nothing is parsed: the covered members are as they were hashed, and the others follow in the same object.
  const covered = await factBytes(blobs, fact)
  return Buffer.concat([covered.subarray(0, -1), Buffer.from(`,${JSON.stringify(beside).slice(1)}`)])
}

async function unchunkedBody(blobs: Blobs, row: FactRow, shown: ShownEntries): Promise<Record<string, unknown>> {
  const { body, runtimeFacts, context, computed } = await readKnownFact(blobs, row)
  const states = computed?.states ?? []
  return {
    ...body,
    ...shownTargets(await firstEntries(blobs, computed?.targets ?? [], shown.targets)),
    // Bounded by what a fact keeps, so all of them are shown.
    contextFacts: { ...body?.contextFacts, records: await readAllEntries(blobs, context.records) },
    ...shownList('states', await firstEntries(blobs, states, shown.states), stateKeyOf),
    ...shownList('runtimeFacts', await firstEntries(blobs, runtimeFacts, shown.runtimeFacts), runtimeFactKey),
  }
}

interface FirstEntries<Entry> {
  readonly entries: readonly Entry[]
  readonly total: number
}

async function firstEntries<Entry>(blobs: Blobs, list: StoredList<Entry>, count: number): Promise<FirstEntries<Entry>> {
  const entries: Entry[] = []
  for await (const chunk of readEntries<Entry>(blobs, list)) {
    for (const entry of chunk) entries.push(entry)
    if (entries.length >= count) break
  }
  return { entries: entries.slice(0, count), total: isChunked(list) ? list.count : list.length }
}

/** Every target has its states, whose pages name the rest. */
function shownTargets({ entries, total }: FirstEntries<FactTarget>): Record<string, unknown> {
  return { targets: entries, ...(entries.length < total && { targetsTotal: total }) }
}

/** Cursor and total only where something is left out: without a cursor, the response has all that the digest covers. */
function shownList<Entry>(
  name: 'states' | 'runtimeFacts',
  { entries, total }: FirstEntries<Entry>,
  keyOf: (entry: Entry) => string,
): Record<string, unknown> {
  const last = entries.at(-1)
  if (entries.length === total || last === undefined) return { [name]: entries }
  return { [name]: entries, [`${name}NextCursor`]: listCursor(name, keyOf(last)), [`${name}Total`]: total }
}

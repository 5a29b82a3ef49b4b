import { type Digest, sha256Of } from '../../src/identifiers/digest.ts'
import type { AskedService } from './asked-service.ts'
import type { CoveredList, SentLists } from './rebuilt-fact.ts'

/** A fact as a client gets it: the answer, and all pages of its lists. */
export interface SentFact {
  readonly answer: Readonly<Record<string, unknown>>
  readonly digest: Digest
  readonly lists: SentLists
}

export type Entry = Readonly<Record<string, unknown>>

export interface AskedFact {
  readonly subjectKey: string
  readonly headers?: Readonly<Record<string, string>>
  /** What the client itself asked for. */
  readonly requested?: readonly string[]
}

export async function sentFact(
  service: Pick<AskedService, 'get'>,
  { subjectKey, headers = {}, requested = [] }: AskedFact,
): Promise<SentFact> {
  const path = `/signals/facts/${subjectKey}`
  const { status, body: answer } = await service.get(path, headers)
  if (status !== 200) throw new Error(`${path}: ${status}`)
  const states = await pagesOf(service, `${path}/states`, headers)
  const runtimeFacts = await pagesOf(service, `${path}/runtime-facts`, headers)
  const { records } = answer['contextFacts'] as { records: Entry[] }
  const metadata = answer['metadata'] as Record<string, Digest>
  const digest = metadata['fact.digest']
  if (digest === undefined) throw new Error('a fact says its digest')
  const targets = targetsOf({ states, runtimeFacts, requested })
  return { answer, digest, lists: { targets, states, runtimeFacts, records } }
}

async function pagesOf(
  service: Pick<AskedService, 'get'>,
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<Entry[]> {
  const entries: Entry[] = []
  for (let after = ''; ; ) {
    const { status, body } = await service.get(`${path}?limit=200${after}`, headers)
    if (status !== 200) throw new Error(`${path}: ${status}`)
    for (const entry of body['items'] as Entry[]) entries.push(entry)
    if (!('nextCursor' in body)) return entries
    after = `&cursor=${encodeURIComponent(String(body['nextCursor']))}`
  }
}

interface KnownLists {
  readonly states: readonly Entry[]
  readonly runtimeFacts: readonly Entry[]
  readonly requested: readonly string[]
}

function targetsOf({ states, runtimeFacts, requested }: KnownLists): Entry[] {
  const observed = new Set(runtimeFacts.map(({ symbolId }) => symbolId))
  const asked = new Set<unknown>(requested)
  const names = [...new Set(states.map(({ target }) => String(target)))].sort()
  return names.map((target) => ({
    target,
    origin: [...(asked.has(target) ? ['requested'] : []), ...(observed.has(target) ? ['observed'] : [])],
  }))
}

export type BlobReader = (digest: Digest) => Promise<Buffer>

/** The lists as the blob of a fact's digest and its chunks hold them, each verified against the digest that names it. */
export async function storedLists(readBlob: BlobReader, digest: Digest): Promise<SentLists> {
  const body = JSON.parse((await verified(readBlob, digest)).toString('utf8')) as Record<string, CoveredList> & {
    contextFacts: { records: CoveredList }
  }
  const { targets, states, runtimeFacts, contextFacts } = body
  const entriesOf = (list: CoveredList | undefined): Promise<Entry[]> => entriesOfList(readBlob, list)
  return {
    targets: await entriesOf(targets),
    states: await entriesOf(states),
    runtimeFacts: await entriesOf(runtimeFacts),
    records: await entriesOf(contextFacts.records),
  }
}

async function entriesOfList(readBlob: BlobReader, list: CoveredList = []): Promise<Entry[]> {
  if (!('chunks' in list)) return [...list]
  const entries: Entry[] = []
  for (const chunk of list.chunks) {
    const bytes = await verified(readBlob, chunk as Digest)
    for (const entry of JSON.parse(bytes.toString('utf8')) as Entry[]) entries.push(entry)
  }
  if (entries.length !== list.count) throw new Error(`${entries.length} entries where ${list.count} are told`)
  return entries
}

async function verified(readBlob: BlobReader, digest: Digest): Promise<Buffer> {
  const bytes = await readBlob(digest)
  if (sha256Of(bytes) !== digest) throw new Error(`the bytes of ${digest} are others`)
  return bytes
}

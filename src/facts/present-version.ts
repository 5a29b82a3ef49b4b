import type { Tenant } from '../identifiers/tenant.ts'
import type { BlobAccess } from './blob-access.ts'
import type { FactBody, LongList } from './fact.ts'
import type { KnownVersion } from './find-version.ts'
import { firstOfLongList, isChunkedList, lengthOf } from './long-list.ts'
import { factETag, type PresentedFact, shownEntries } from './present-fact.ts'
import { factBytes } from './read-known-fact.ts'

interface VersionOfSubject {
  readonly tenant: Tenant
  readonly subjectKey: string
  readonly version: KnownVersion
}

type Blobs = Pick<BlobAccess, 'readBlob'>

/**
 * A fact as it was. The covered members are in the CAS for good; beside them stands what the list of versions kept, and long
 * lists have no pages to go on with.
 */
export async function presentVersion(
  blobs: Blobs,
  { tenant, subjectKey, version: known }: VersionOfSubject,
): Promise<PresentedFact> {
  const { version, digest, computedAt } = known
  const metadata = { 'fact.version': String(version), 'fact.digest': digest }
  const covered = await factBytes(blobs, known)
  const beside = { computedAt, metadata, tenant }
  // The digest proves the bytes, and the bytes prove the type.
  const body = await shownBody(blobs, JSON.parse(Buffer.from(covered).toString('utf8')) as FactBody)
  const etag = `${factETag({ version, digest })}-past`
  return { subjectKey, version, digest, etag, bytes: Buffer.from(JSON.stringify({ ...body, ...beside })) }
}

async function shownBody(blobs: Blobs, body: FactBody): Promise<Record<string, unknown>> {
  const { targets, states, runtimeFacts, contextFacts } = body
  return {
    ...body,
    ...(await shownList(blobs, { name: 'targets', list: targets, count: shownEntries.targets })),
    ...(await shownList(blobs, { name: 'states', list: states, count: shownEntries.states })),
    ...(await shownList(blobs, { name: 'runtimeFacts', list: runtimeFacts, count: shownEntries.runtimeFacts })),
    // Bounded by what a fact keeps, so all of them are shown.
    contextFacts: {
      ...contextFacts,
      records: await firstOfLongList(blobs, contextFacts.records, lengthOf(contextFacts.records)),
    },
  }
}

interface ShownList {
  readonly name: 'targets' | 'states' | 'runtimeFacts'
  readonly list: LongList<unknown>
  readonly count: number
}

async function shownList(blobs: Blobs, { name, list, count }: ShownList): Promise<Record<string, unknown>> {
  if (!isChunkedList(list)) return { [name]: list }
  const entries = await firstOfLongList(blobs, list, count)
  return { [name]: entries, ...(entries.length < list.count && { [`${name}Total`]: list.count }) }
}

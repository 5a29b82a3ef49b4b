import type { Evidence, RuntimeEvidence } from '../evidence/evidence.ts'
import {
  type ContextRecord,
  type ContextRecords,
  mergeContextRecord,
  mergeContextRecords,
  noContextRecords,
} from '../provenance/context-facts.ts'
import { maxRecords, recordKey } from '../provenance/provenance-record.ts'
import type { BlobAccess } from './blob-access.ts'
import { cutList, entryCountOf, upsertEntries } from './chunked-list.ts'
import type { StoredList } from './fact-ledger.ts'

/** The context records of a fact as the store holds them. */
export interface StoredContext {
  readonly records: StoredList<ContextRecord>
  /** True once there were more than are kept. */
  readonly isTruncated: boolean
}

export const noContext: StoredContext = { records: [], isTruncated: false }

interface MergingContext {
  readonly context: StoredContext
  readonly evidence: readonly Evidence[]
}

/** Joins what the batches say of processes, containers and packages: the ordinally smallest records, whatever came first. */
export async function mergeContext(blobs: BlobAccess, { context, evidence }: MergingContext): Promise<StoredContext> {
  let fresh = noContextRecords
  for (const { payload } of evidence) {
    if (payload.kind === 'runtime') fresh = mergeContextRecords(fresh, await contextOf(blobs, payload))
  }
  const { list } = await upsertEntries(blobs, recordShape, { list: context.records, fresh: fresh.records })
  return {
    records: await cutList(blobs, recordKey, { list, limit: maxRecords }),
    isTruncated: context.isTruncated || fresh.truncated === true || entryCountOf(list) > maxRecords,
  }
}

const recordShape = { keyOf: recordKey, merge: mergeContextRecord }

async function contextOf(
  blobs: Pick<BlobAccess, 'readBlob'>,
  { context = noContextRecords, contextDigest }: RuntimeEvidence,
): Promise<ContextRecords> {
  if (contextDigest === undefined) return context
  // Written by our own ingest, and the CAS verifies that these are those bytes.
  const records = JSON.parse(Buffer.from(await blobs.readBlob(contextDigest)).toString('utf8')) as ContextRecord[]
  return { ...context, records }
}

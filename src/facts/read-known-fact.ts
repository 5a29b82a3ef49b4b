import type { BlobAccess } from './blob-access.ts'
import type { ComputedLists } from './computed-lists.ts'
import type { FactBody, LongList, RuntimeFact } from './fact.ts'
import type { FactLedger, ListIndex, StoredList } from './fact-ledger.ts'
import type { FactRow, StoredFact } from './fact-row.ts'
import { noContext, type StoredContext } from './merge-context.ts'

/** What earlier folds left: the ledger, and the lists of the fact if there is one. */
export interface KnownFact {
  readonly ledger: FactLedger | undefined
  readonly runtimeFacts: StoredList<RuntimeFact>
  readonly context: StoredContext
  readonly computed: ComputedLists | undefined
  readonly body?: FactBody
}

export async function readKnownFact(blobs: Pick<BlobAccess, 'readBlob'>, row: FactRow | undefined): Promise<KnownFact> {
  if (!row?.fact || !row.ledger.scored) {
    return { ledger: row?.ledger, runtimeFacts: [], context: noContext, computed: undefined }
  }
  const { ledger, fact } = row
  const { chunked, unknowns, scored } = row.ledger
  const body = await readFactBody(blobs, fact)
  const targets = storedList(body.targets, chunked.targets)
  const states = storedList(body.states, chunked.states)
  const { callgraphs, contextFacts } = body
  return {
    body,
    ledger,
    runtimeFacts: storedList(body.runtimeFacts, chunked.runtimeFacts),
    context: {
      records: storedList(contextFacts.records, chunked.contextRecords),
      isTruncated: contextFacts.truncated === true,
    },
    computed: { callgraphs, targets, states, unknowns, scored },
  }
}

/** The covered members; large ones are in the CAS only. */
export async function readFactBody(
  blobs: Pick<BlobAccess, 'readBlob'>,
  fact: Pick<StoredFact, 'body' | 'digest'>,
): Promise<FactBody> {
  // Written by an earlier fold: the digest proves the bytes, and the bytes prove the type.
  return JSON.parse(Buffer.from(await factBytes(blobs, fact)).toString('utf8')) as FactBody
}

export async function factBytes(
  blobs: Pick<BlobAccess, 'readBlob'>,
  { body, digest }: Pick<StoredFact, 'body' | 'digest'>,
): Promise<Uint8Array> {
  return body ?? (await blobs.readBlob(digest))
}

function storedList<Entry>(list: LongList<Entry>, index: ListIndex | undefined): StoredList<Entry> {
  if (index) return index
  if ('chunks' in list) throw new TypeError('the ledger does not know the chunks of a list')
  return list
}

import type { CallgraphRecord } from '../callgraphs/callgraph-record.ts'
import type { GraphIndex } from '../callgraphs/graph-index.ts'
import { compareOrdinal } from '../lib/ordinal.ts'
import type { BlobAccess } from './blob-access.ts'
import { readAllEntries } from './chunked-list.ts'
import type { RuntimeFact } from './fact.ts'
import type { RequestedName } from './fact-ledger.ts'
import type { FactRow } from './fact-row.ts'
import { readKnownFact } from './read-known-fact.ts'
import type { SearchedEvidence } from './search-subject.ts'

/** What a subject's row holds, read whole: all that a question is answered from. */
export interface StoredEvidence extends SearchedEvidence {
  readonly observed: readonly RuntimeFact[]
  readonly requested: readonly RequestedName[]
}

export interface StoredSubject {
  readonly row: FactRow
  /** Records of the graphs that the row names. */
  readonly callgraphs: readonly CallgraphRecord[]
  readonly indexOf: (callgraphId: string) => GraphIndex
}

export async function readStoredEvidence(
  blobs: Pick<BlobAccess, 'readBlob'>,
  { row, callgraphs, indexOf }: StoredSubject,
): Promise<StoredEvidence> {
  const { runtimeFacts } = await readKnownFact(blobs, row)
  const { entryPoints, blockedEdges, watchedCallgraphIds } = row.ledger
  return {
    graphs: callgraphs
      .toSorted((one, other) => compareOrdinal(one.callgraphId, other.callgraphId))
      .map((record) => ({ record, index: indexOf(record.callgraphId) })),
    entryPoints,
    blockedEdges,
    watchedCallgraphIds,
    observed: await readAllEntries(blobs, runtimeFacts),
    requested: await readAllEntries(blobs, row.ledger.requested),
  }
}

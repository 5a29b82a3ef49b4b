import type { Digest } from '../identifiers/digest.ts'
import { isChunked } from './chunked-list.ts'
import type { FactBody, LongList } from './fact.ts'
import type { FactLedger, ListIndex, StoredList } from './fact-ledger.ts'

/** Chunks that a covered body names. */
export function* chunksOfBody({ targets, states, runtimeFacts, contextFacts }: FactBody): Generator<Digest> {
  const lists: LongList<unknown>[] = [targets, states, runtimeFacts, contextFacts.records]
  for (const list of lists) if ('chunks' in list) yield* list.chunks
}

/** Chunks and lists that a ledger names; some stand in the body too. */
export function* contentOfLedger({ chunked, requested, unknowns, reportedUnknowns }: FactLedger): Generator<Digest> {
  const lists: (ListIndex | undefined)[] = [
    chunked.targets,
    chunked.states,
    chunked.runtimeFacts,
    chunked.contextRecords,
  ]
  for (const list of [...lists, indexOf(requested), indexOf(unknowns)]) {
    for (const { digest } of list?.chunks ?? []) yield digest
  }
  for (const { digest } of reportedUnknowns) yield digest
}

function indexOf<Entry>(list: StoredList<Entry>): ListIndex | undefined {
  return isChunked(list) ? list : undefined
}

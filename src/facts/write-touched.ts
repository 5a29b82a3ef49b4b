import type { Digest } from '../identifiers/digest.ts'
import { canonicalJson } from '../lib/canonical-json.ts'
import type { BlobAccess } from './blob-access.ts'
import { entryCountOf, upsertEntries } from './chunked-list.ts'
import type { ComputedLists } from './computed-lists.ts'
import type { FactState, FactTarget } from './fact.ts'
import type { ObservedSymbol } from './place-targets.ts'
import type { ScoredSubject } from './score-subject.ts'
import { TotalsBuilder } from './state-totals.ts'
import { requestedTargets, stateKeyOf, targetKeyOf, writeUnknowns } from './write-scored.ts'

interface WriteTouched {
  readonly previous: ComputedLists
  readonly basis: Digest
  readonly added: readonly ObservedSymbol[]
  readonly listedUnknowns: number
}

const stateShape = { keyOf: stateKeyOf, merge: replaced<FactState> }
const targetShape = { keyOf: targetKeyOf, merge: replaced<FactTarget> }

function replaced<Entry>(previous: Entry, fresh: Entry): Entry {
  return canonicalJson(previous) === canonicalJson(fresh) ? previous : fresh
}

/**
 * Puts what the added names changed into the lists that are there: the rest is neither told nor written. Undefined where
 * all has to be written (`writeScored`, its obvious twin).
 */
export async function writeTouched(
  blobs: BlobAccess,
  subject: ScoredSubject,
  { previous, basis, added, listedUnknowns }: WriteTouched,
): Promise<ComputedLists | undefined> {
  const touched = subject.touchedBy(added)
  if (!touched) return undefined
  const totals = new TotalsBuilder(requestedTargets(subject))
  const fresh: FactState[] = []
  for (const { tallied, state } of touched.states()) {
    totals.add(tallied)
    if (state) fresh.push(state)
  }
  const states = await upsertEntries(blobs, stateShape, { list: previous.states, fresh })
  const named = subject.targets.filter(({ target }) => touched.targets.has(target))
  const targets = await upsertEntries(blobs, targetShape, { list: previous.targets, fresh: named })
  // A name that no graph has can move to another graph, and then leaves its state behind.
  if (entryCountOf(states.list) !== touched.stateCount) return undefined
  if (entryCountOf(targets.list) !== subject.targets.length) return undefined
  const { unknowns, unknownsCount } = await writeUnknowns(blobs, subject, { previous, listedUnknowns })
  const scored = { basis, totals: totals.build(), unknownsCount }
  return { callgraphs: subject.callgraphs, targets: targets.list, states: states.list, unknowns, scored }
}

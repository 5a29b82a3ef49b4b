import type { Digest } from '../identifiers/digest.ts'
import type { BlobAccess } from './blob-access.ts'
import { writeList } from './chunked-list.ts'
import type { ComputedLists } from './computed-lists.ts'
import type { FactState, FactTarget } from './fact.ts'
import type { StoredList } from './fact-ledger.ts'
import type { ScoredSubject } from './score-subject.ts'
import { TotalsBuilder } from './state-totals.ts'
import { type Unknown, unknownKeyOf } from './unknown.ts'

export function stateKeyOf({ callgraphId, target }: { callgraphId: string; target: string }): string {
  return `${callgraphId}\0${target}`
}

export function targetKeyOf({ target }: FactTarget): string {
  return target
}

interface WriteScored {
  readonly previous: ComputedLists | undefined
  readonly basis: Digest
  readonly listedUnknowns: number
}

/** Takes totals while the lists go by: none of them is held whole. */
export async function writeScored(
  blobs: BlobAccess,
  subject: ScoredSubject,
  { previous, basis, listedUnknowns }: WriteScored,
): Promise<ComputedLists> {
  const totals = new TotalsBuilder(requestedTargets(subject))
  const targets = await writeList(
    blobs,
    { keyOf: targetKeyOf, ...(previous && { previous: previous.targets }) },
    subject.targets,
  )
  const states = await writeList(
    blobs,
    { keyOf: stateKeyOf, ...(previous && { previous: previous.states }) },
    totalled(totals, subject),
  )
  const { unknowns, unknownsCount } = await writeUnknowns(blobs, subject, { previous, listedUnknowns })
  const scored = { basis, totals: totals.build(), unknownsCount }
  return { callgraphs: subject.callgraphs, targets, states, unknowns, scored }
}

export function requestedTargets({ targets }: Pick<ScoredSubject, 'targets'>): ReadonlySet<string> {
  return new Set(targets.filter(({ origin }) => origin.includes('requested')).map(({ target }) => target))
}

/** All are counted; so many are listed. */
export async function writeUnknowns(
  blobs: BlobAccess,
  subject: Pick<ScoredSubject, 'unknowns'>,
  { previous, listedUnknowns }: Pick<WriteScored, 'previous' | 'listedUnknowns'>,
): Promise<{ readonly unknowns: StoredList<Unknown>; readonly unknownsCount: number }> {
  const tally = { count: 0 }
  const unknowns = await writeList(
    blobs,
    { keyOf: unknownKeyOf, ...(previous && { previous: previous.unknowns }) },
    counted(tally, subject.unknowns(), listedUnknowns),
  )
  return { unknowns, unknownsCount: tally.count }
}

function* totalled(totals: TotalsBuilder, subject: ScoredSubject): Generator<FactState> {
  for (const scored of subject.states()) {
    totals.add(scored)
    yield scored.state
  }
}

function* counted(tally: { count: number }, unknowns: Iterable<Unknown>, listed: number): Generator<Unknown> {
  for (const unknown of unknowns) {
    tally.count++
    if (tally.count <= listed) yield unknown
  }
}

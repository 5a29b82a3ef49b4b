import type { Digest } from '../identifiers/digest.ts'
import type { BlobAccess } from './blob-access.ts'
import { writeList } from './chunked-list.ts'
import type { ComputedLists } from './computed-lists.ts'
import type { FactState, FactTarget } from './fact.ts'
import type { ScoredSubject } from './score-subject.ts'
import { TotalsBuilder } from './state-totals.ts'
import { type Unknown, unknownKeyOf } from './unknown.ts'

export function stateKeyOf({ callgraphId, target }: { callgraphId: string; target: string }): string {
  return `${callgraphId}\0${target}`
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
  const requested = subject.targets.filter(({ origin }) => origin.includes('requested')).map(({ target }) => target)
  const totals = new TotalsBuilder(new Set(requested))
  const targets = await writeList(
    blobs,
    { keyOf: ({ target }: FactTarget) => target, ...(previous && { previous: previous.targets }) },
    subject.targets,
  )
  const states = await writeList(
    blobs,
    { keyOf: stateKeyOf, ...(previous && { previous: previous.states }) },
    totalled(totals, subject),
  )
  const tally = { count: 0 }
  const unknowns = await writeList(
    blobs,
    { keyOf: unknownKeyOf, ...(previous && { previous: previous.unknowns }) },
    counted(tally, subject.unknowns(), listedUnknowns),
  )
  const scored = { basis, totals: totals.build(), unknownsCount: tally.count }
  return { callgraphs: subject.callgraphs, targets, states, unknowns, scored }
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

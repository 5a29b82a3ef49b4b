import type { AddedNames } from '../evidence/admission.ts'
import type { PendingSubject } from '../evidence/evidence-queue.ts'
import { entryCountOf } from './chunked-list.ts'
import { FactError } from './fact-errors.ts'
import type { FactRepository } from './fact-repository.ts'
import type { FactRow } from './fact-row.ts'
import type { SubjectLimits } from './merge-evidence.ts'

/**
 * Refuses what would add to a subject that is full. Two posts at once can still pass this together: then the fold keeps
 * the ordinally smallest names and says so, rather than stand still.
 */
export function requireRoom(limits: SubjectLimits, row: FactRow | undefined, adds: keyof SubjectLimits): void {
  const held = heldBy(row)[adds]
  if (held < limits[adds]) return
  throw new FactError('SUBJECT_TOO_LARGE', `the subject has ${held} ${adds}, and may have ${limits[adds]}`)
}

function heldBy(row: FactRow | undefined): Readonly<Record<keyof SubjectLimits, number>> {
  if (!row) return { symbols: 0, targets: 0 }
  return { symbols: row.fact?.summary.runtimeFactCount ?? 0, targets: entryCountOf(row.ledger.requested) }
}

export interface SubjectRoomDeps {
  readonly facts: Pick<FactRepository, 'find'>
  readonly limits: SubjectLimits
}

/** The same before evidence is kept; what would not fit even into an empty subject is refused without a look at it. */
export async function requireSubjectRoom(
  { facts, limits }: SubjectRoomDeps,
  { tenant, subjectKey }: PendingSubject,
  { list, count }: AddedNames,
): Promise<void> {
  if (count > limits[list]) {
    throw new FactError('SUBJECT_TOO_LARGE', `the request has ${count} ${list}, and a subject may have ${limits[list]}`)
  }
  requireRoom(limits, await facts.find(tenant, subjectKey), list)
}

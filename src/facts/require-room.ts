import type { AddedNames } from '../evidence/admission.ts'
import type { PendingSubject } from '../evidence/evidence-queue.ts'
import { entryCountOf } from './chunked-list.ts'
import { FactError } from './fact-errors.ts'
import type { FactRepository } from './fact-repository.ts'
import type { FactRow } from './fact-row.ts'
import type { SubjectLimits } from './subject-limits.ts'

export interface SubjectRoomDeps {
  readonly facts: Pick<FactRepository, 'peek'>
  readonly limits: SubjectLimits
}

/** Before evidence is kept; what would not fit even into an empty subject is refused without a look at it. */
export async function requireSubjectRoom(
  { facts, limits }: SubjectRoomDeps,
  { tenant, subjectKey }: PendingSubject,
  ...added: readonly AddedNames[]
): Promise<void> {
  for (const each of added) {
    const { list } = each
    const count = 'count' in each ? each.count : each.names.length
    if (count <= limits[list]) continue
    throw new FactError('SUBJECT_TOO_LARGE', `the request has ${count} ${list}, and a subject may have ${limits[list]}`)
  }
  const row = await facts.peek(tenant, subjectKey)
  for (const each of added) requireRoom(limits, row, each)
}

/**
 * Refuses what would add to a subject that is full. Two posts at once can still pass this together: then the fold keeps
 * the ordinally smallest names and says so, rather than stand still.
 */
export function requireRoom(limits: SubjectLimits, row: FactRow | undefined, added: AddedNames): void {
  const { list } = added
  const { held, adds } = 'count' in added ? counted(row, added.list) : named(row, added)
  if (held + adds <= limits[list]) return
  throw new FactError('SUBJECT_TOO_LARGE', `the subject has ${held} ${list}, and may have ${limits[list]}`)
}

/** Which of so many names are new is not known yet: a post is let in while there is room for one. */
function counted(row: FactRow | undefined, list: 'symbols' | 'targets'): { held: number; adds: number } {
  const symbols = row?.fact?.summary.runtimeFactCount ?? 0
  return { held: list === 'symbols' ? symbols : entryCountOf(row?.ledger.requested ?? []), adds: 1 }
}

function named(
  row: FactRow | undefined,
  { list, names }: Extract<AddedNames, { names: readonly string[] }>,
): { held: number; adds: number } {
  const known = new Set(list === 'aliases' ? row?.aliases : row?.ledger.callgraphIds)
  const adds = names.filter((name) => !known.has(name)).length
  // One that is over the limit, from before there was any, goes on as long as nothing is added.
  return adds === 0 ? { held: 0, adds } : { held: known.size, adds }
}

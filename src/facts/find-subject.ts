import type { EvidenceQueue } from '../evidence/evidence-queue.ts'
import type { Tenant } from '../identifiers/tenant.ts'
import { cleanName } from './clean-name.ts'
import { FactError } from './fact-errors.ts'
import type { FactRepository } from './fact-repository.ts'
import type { FactRow } from './fact-row.ts'

export interface FindSubjectDeps {
  readonly facts: Pick<FactRepository, 'find' | 'findByAlias'>
  readonly queue: Pick<EvidenceQueue, 'countPending'>
}

export interface NamedSubject {
  readonly tenant: Tenant
  /** A subject key, or an alias of exactly one subject. */
  readonly name: string
}

/** What a read by subject answers with, by key or by alias. A key always wins, also while it has no fact yet. */
export async function findBySubject<Found>(
  deps: FindSubjectDeps,
  { tenant, name }: NamedSubject,
  read: (subjectKey: string) => Promise<Found | undefined>,
): Promise<Found> {
  const key = cleanName(name)
  const found = await read(key)
  if (found !== undefined) return found
  if (await deps.facts.find(tenant, key)) throw await notFound(deps, tenant, key)
  const subjectKeys = await deps.facts.findByAlias(tenant, key)
  const [subjectKey, ...others] = subjectKeys
  if (others.length > 0) {
    throw new FactError('SUBJECT_AMBIGUOUS', `${key} names ${subjectKeys.length} subjects`, {
      members: { subjectKeys },
    })
  }
  const aliased = subjectKey === undefined ? undefined : await read(subjectKey)
  if (aliased === undefined) throw await notFound(deps, tenant, subjectKey ?? key)
  return aliased
}

/** The row of a subject that has a fact. */
export async function findFactRow(deps: FindSubjectDeps, subject: NamedSubject): Promise<FactRow> {
  return await findBySubject(deps, subject, async (subjectKey) => {
    const row = await deps.facts.find(subject.tenant, subjectKey)
    return row?.fact && row
  })
}

/** Tells a subject whose evidence is still to be folded from one that nobody named. */
async function notFound({ queue }: FindSubjectDeps, tenant: Tenant, subjectKey: string): Promise<FactError> {
  const pending = await queue.countPending({ tenant, subjectKey })
  return new FactError('FACT_NOT_FOUND', `there is no fact about ${subjectKey}`, {
    headers: { 'signals-pending': String(pending) },
  })
}

/** Whether a read failed for want of a fact, and not for anything else. */
export function isFactNotFound(error: unknown): boolean {
  return error instanceof FactError && error.code === 'FACT_NOT_FOUND'
}

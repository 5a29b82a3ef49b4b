import type { Tenant } from '../identifiers/tenant.ts'
import type { BlobAccess } from './blob-access.ts'
import { isErasedRow } from './erased-row.ts'
import { FactError } from './fact-errors.ts'
import { type FindSubjectDeps, findBySubject, isFactNotFound, type NamedSubject } from './find-subject.ts'
import { listCursor, listPosition } from './list-cursor.ts'
import { pageOf } from './page-of-list.ts'
import { type Unknown, unknownKeyOf } from './unknown.ts'

export interface ListUnknownsDeps extends FindSubjectDeps {
  readonly blobs: (tenant: Tenant) => Pick<BlobAccess, 'readBlob'>
}

export interface UnknownsQuery {
  readonly limit: number
  readonly cursor?: string | undefined
}

export interface ListedUnknowns {
  readonly subjectKey: string
  readonly pending: number
  readonly items: readonly Unknown[]
  readonly nextCursor?: string
}

const listName = 'unknowns'
const everything = () => true

/** A page of what nobody could resolve about a subject, whether it has a fact or only reports. */
export async function listUnknowns(
  deps: ListUnknownsDeps,
  subject: NamedSubject,
  { limit, cursor }: UnknownsQuery,
): Promise<ListedUnknowns> {
  const after = listPosition(listName, cursor)
  const { subjectKey, list } = await findUnknowns(deps, subject)
  const pending = await deps.queue.countPending({ tenant: subject.tenant, subjectKey })
  const paged = { list, keyOf: unknownKeyOf }
  const { items, nextKey } = await pageOf<Unknown>(deps.blobs(subject.tenant), paged, {
    after,
    limit,
    matches: everything,
  })
  return { subjectKey, pending, items, ...(nextKey !== undefined && { nextCursor: listCursor(listName, nextKey) }) }
}

async function findUnknowns(deps: ListUnknownsDeps, subject: NamedSubject) {
  try {
    return await findBySubject(deps, subject, async (subjectKey) => {
      const row = await deps.facts.find(subject.tenant, subjectKey)
      if (row && !isErasedRow(row)) return { subjectKey, list: row.ledger.unknowns }
      // Known by evidence that is durable, and about to be folded.
      const pending = await deps.queue.countPending({ tenant: subject.tenant, subjectKey })
      return pending > 0 ? { subjectKey, list: [] } : undefined
    })
  } catch (error) {
    if (!isFactNotFound(error)) throw error
    throw new FactError('SUBJECT_NOT_FOUND', `nobody has said anything about ${subject.name.slice(0, 512)}`)
  }
}

import { z } from 'zod'
import { type Digest, isDigest } from '../identifiers/digest.ts'
import { FactError } from './fact-errors.ts'
import type { FactRow, StoredFact } from './fact-row.ts'
import { type FactVersions, versionOf } from './fact-versions.ts'

/** Enough of a version to read its fact; the last one may stand in its row whole. */
export type KnownVersion = Pick<StoredFact, 'digest' | 'computedAt' | 'body'> & { readonly version: number }

export interface FindVersionDeps {
  readonly versions: FactVersions
}

export const VersionNumber = z
  .string()
  .regex(/^[1-9]\d{0,14}$/, 'a version is a number from 1')
  .transform(Number)

const DigestText = z.string().refine(isDigest, 'is no digest')

/** Which version of a fact is asked for; the last one where neither is given. */
export const VersionQuery = z.object({
  version: VersionNumber.optional(),
  digest: DigestText.optional().describe('the newest version of this digest'),
})
export type VersionQuery = z.infer<typeof VersionQuery>

/** The version that a query means, of a subject that has a fact. */
export async function findVersion(deps: FindVersionDeps, row: FactRow, query: VersionQuery): Promise<KnownVersion> {
  const found = lastVersion(row, query) ?? unrelayedVersion(row, query) ?? (await earlierVersion(deps, row, query))
  if (found && fits(found, query)) return found
  const wanted = [query.version, query.digest].filter((part) => part !== undefined).join(' and ')
  throw new FactError('FACT_VERSION_NOT_FOUND', `the fact about ${row.subjectKey} has no version ${wanted}`)
}

function lastVersion({ version, fact }: FactRow, query: VersionQuery): KnownVersion | undefined {
  const last = fact && {
    version,
    digest: fact.digest,
    computedAt: fact.computedAt,
    ...(fact.body && { body: fact.body }),
  }
  return last && fits(last, query) ? last : undefined
}

/** A version stands in its row until the relay has put it into the list. */
function unrelayedVersion({ events }: FactRow, query: VersionQuery): KnownVersion | undefined {
  return events.map(versionOf).findLast((version) => fits(version, query))
}

async function earlierVersion(
  { versions }: FindVersionDeps,
  row: FactRow,
  { version, digest }: VersionQuery,
): Promise<KnownVersion | undefined> {
  if (version !== undefined) return await versions.find(row, version)
  return digest === undefined ? undefined : await versions.findByDigest(row, digest)
}

function fits(
  found: { readonly version: number; readonly digest: Digest },
  { version, digest }: VersionQuery,
): boolean {
  return (version === undefined || found.version === version) && (digest === undefined || found.digest === digest)
}

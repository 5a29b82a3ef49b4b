import type { PendingSubject } from '../evidence/evidence-queue.ts'
import { type Digest, sha256Of } from '../identifiers/digest.ts'
import type { Tenant } from '../identifiers/tenant.ts'
import { boundedMap } from '../lib/bounded-map.ts'
import { canonicalBytes } from '../lib/canonical-json.ts'
import type { ErasedCounts } from './erasure.ts'
import type { ErasureDeps } from './erasure-deps.ts'
import { keptContent, keysOf } from './kept-content.ts'
import { type Holdings, holdingsOf } from './subject-holdings.ts'

/** What an erasure would do; nothing is changed by making one. */
export interface ErasurePlan {
  readonly subjectKey?: string
  readonly erases: ErasedCounts
  /** Content of the subject that others of the tenant hold too. */
  readonly sharedContent: number
  /** The last version of the fact; the next one comes behind it. */
  readonly version: number
  readonly planDigest: Digest
}

/** A plan with what it was made of, for who carries it out. */
export interface PlannedSubject {
  readonly plan: ErasurePlan
  readonly holdings: Holdings
  /** Without what others hold too. */
  readonly content: ReadonlySet<string>
}

const looksAtOnce = 8

/** Undefined where there is nothing to erase. */
export async function planSubject(deps: ErasureDeps, subject: PendingSubject): Promise<PlannedSubject | undefined> {
  const holdings = await holdingsOf(deps, subject)
  if (!holdings || isNothing(holdings)) return undefined
  const { own, shareable } = holdings.content
  const kept = await keptContent(deps, { tenant: subject.tenant, except: subject.subjectKey }, shareable)
  const content = new Set([...own, ...shareable].filter((uri) => !kept.has(uri)))
  const { row, versions, evidenceIds, events, deadEventIds, bundles } = holdings
  const erases = {
    facts: row.fact ? 1 : 0,
    versions: versions.length,
    evidence: evidenceIds.length,
    events: events.length,
    deadLetters: deadEventIds.length,
    bundles: bundles.length,
    callgraphs: 0,
    ...(await sizeOf(deps, subject.tenant, content)),
  }
  const { subjectKey } = subject
  const plan = { subjectKey, erases, sharedContent: kept.size, version: row.version, planDigest: digestOf(holdings) }
  return { plan, holdings, content }
}

function isNothing({ isErased, versions, evidenceIds, events, deadEventIds, bundles, open }: Holdings): boolean {
  return isErased && [versions, evidenceIds, events, deadEventIds, bundles, open].every((list) => list.length === 0)
}

/** Over what the subject itself holds: what others do, or a relay, changes no plan. */
function digestOf({ row, versions, evidenceIds, bundles, open }: Holdings): Digest {
  const { subjectKey, version, fact } = row
  const analysisIds = bundles.map(({ analysisId }) => analysisId)
  const erasureIds = open.map(({ id }) => id)
  const last = Math.max(version, ...versions)
  return sha256Of(
    canonicalBytes({ subjectKey, version: last, digest: fact?.digest ?? null, evidenceIds, analysisIds, erasureIds }),
  )
}

/** How much of it is there, and how long it is as it rests. */
export async function sizeOf(
  { cas }: ErasureDeps,
  tenant: Tenant,
  uris: Iterable<string>,
): Promise<Pick<ErasedCounts, 'content' | 'contentBytes'>> {
  const described = await boundedMap(keysOf(tenant, uris), looksAtOnce, (key) => cas.describe(key))
  const there = described.filter((each) => each !== undefined)
  return { content: there.length, contentBytes: there.reduce((sum, { storedLength }) => sum + storedLength, 0) }
}

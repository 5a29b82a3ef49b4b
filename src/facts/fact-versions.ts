import type { FactChange } from '../events/fact-updated.ts'
import type { OutboxEntry, SlimEvent } from '../events/outbox.ts'
import type { PendingSubject } from '../evidence/evidence-queue.ts'
import type { Digest } from '../identifiers/digest.ts'

/** What is told of a version once it is not the last any more; the fact itself is in the CAS. */
export interface FactVersion {
  readonly version: number
  readonly digest: Digest
  readonly computedAt: string
  readonly verdict: string
  readonly score: number
  readonly change: FactChange
}

export interface SubjectVersion extends PendingSubject {
  readonly told: FactVersion
}

/** Every version that a fact has had, for as long as there is a store; adapters keep `test/contract/fact-versions.ts`. */
export interface FactVersions {
  /** Idempotent by subject and version: what was told first stays. Durable when it resolves. */
  append(versions: readonly SubjectVersion[]): Promise<void>
  /** All versions up to this one. Durable when it resolves. */
  removeThrough(subject: PendingSubject, version: number): Promise<void>
  /** The newest first, below `before`, at most `limit`. */
  page(subject: PendingSubject, before: number | undefined, limit: number): Promise<FactVersion[]>
  find(subject: PendingSubject, version: number): Promise<FactVersion | undefined>
  /** The newest of this digest: a fact can come back to what it was. */
  findByDigest(subject: PendingSubject, digest: Digest): Promise<FactVersion | undefined>
}

/** The relay's share: an event leaves its row only when its version is in the list. */
export function versionsOf({ tenant, subjectKey, events }: OutboxEntry): SubjectVersion[] {
  return events.filter(({ erased }) => !erased).map((event) => ({ tenant, subjectKey, told: versionOf(event) }))
}

export function versionOf({ version, digest, time, change, figures }: SlimEvent): FactVersion {
  const { verdict, score } = figures
  return { version, digest, computedAt: time, verdict, score, change }
}

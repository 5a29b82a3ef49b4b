import type { Tenant } from '../identifiers/tenant.ts'
import type { Evidence, Receipt } from './evidence.ts'

export type AppendOutcome =
  | { readonly status: 'appended' }
  /** The key was claimed before, by this evidence. Nothing was written. */
  | { readonly status: 'claimed'; readonly fingerprint: string; readonly receipt: Receipt }

export interface StoredReceipt {
  readonly receipt: Receipt
  readonly subjectKey?: string
  readonly receivedAt: string
  readonly state: 'pending' | 'folded'
  /** The version of the fact that first held it; absent while pending, and where no fact came of it. */
  readonly factVersion?: number
}

export interface PendingSubject {
  readonly tenant: Tenant
  readonly subjectKey: string
}

/** Which of a subject's folded evidence is asked for. */
export interface HistoryQuery {
  /** The version of the fact that holds it; what came later is left out. */
  readonly version: number
  /** Id of the last that was read. */
  readonly after?: string | undefined
  readonly limit: number
}

/** The one queue of evidence; adapters keep `test/contract/evidence-queue.ts`. */
export interface EvidenceQueue {
  /** Durable when it resolves. Evidence without a subject is stored as folded. */
  append(evidence: Evidence): Promise<AppendOutcome>
  findClaim(tenant: Tenant, scope: string, key: string): Promise<{ fingerprint: string; receipt: Receipt } | undefined>
  findReceipt(tenant: Tenant, receiptId: string): Promise<StoredReceipt | undefined>
  /** Pending evidence of one subject in order of arrival, at most `limit` rows. */
  pending(subject: PendingSubject, limit: number): Promise<Evidence[]>
  countPending(subject: PendingSubject): Promise<number>
  countAllPending(tenant?: Tenant): Promise<number>
  /** Subjects with pending evidence that arrived before `receivedBefore`, for the sweeper. */
  pendingSubjects(receivedBefore: string, limit: number): Promise<PendingSubject[]>
  /**
   * Folded evidence that a version of the subject's fact holds, in the order of the versions that first held it and, within
   * one, of arrival: folding it again in this order gives that version again.
   */
  history(subject: PendingSubject, query: HistoryQuery): Promise<Evidence[]>
  /** All evidence of a subject, pending and folded, in order of id, from behind `after`. */
  ofSubject(subject: PendingSubject, after: string | undefined, limit: number): Promise<Evidence[]>
  /** Receipts and keys go with it; what is not there is no error. Durable when it resolves. */
  remove(tenant: Tenant, ids: readonly string[]): Promise<void>
  /** Durable when it resolves; marking again changes nothing. */
  markFolded(tenant: Tenant, ids: readonly string[], factVersion: number | undefined): Promise<void>
}

import type { PendingSubject } from '../evidence/evidence-queue.ts'
import type { Tenant } from '../identifiers/tenant.ts'
import type { Erasure } from './erasure.ts'

/** Which erasures are meant: of one subject, or of the whole tenant. */
export interface ErasureScope {
  readonly tenant: Tenant
  readonly subjectKey?: string | undefined
}

/** What holds for a subject because of erasures. */
export interface Hold {
  /** It, or its whole tenant, is being erased. */
  readonly isRunning: boolean
  /** Versions up to this one are erased. */
  readonly erasedThrough: number
}

/** The record of erasures, which outlives what they erased; adapters keep `test/contract/erasures.ts`. */
export interface Erasures {
  /** Durable when it resolves; from then on it is running. */
  begin(erasure: Erasure): Promise<void>
  /** Puts the record in its place, and ends every other of its scope: what they left is in this one. Durable. */
  end(erasure: Erasure): Promise<void>
  /** Of this scope alone, those that run or have left content. */
  open(scope: ErasureScope): Promise<Erasure[]>
  /** The last of this scope that ended with this plan. */
  findEnded(scope: ErasureScope, planDigest: string): Promise<Erasure | undefined>
  holdOf(subject: PendingSubject): Promise<Hold>
  /** All of a tenant in order of id, from behind `after`. */
  page(tenant: Tenant, after: string | undefined, limit: number): Promise<Erasure[]>
}

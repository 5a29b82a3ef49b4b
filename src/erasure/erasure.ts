import type { Tenant } from '../identifiers/tenant.ts'

/** How much of each kind. */
export interface ErasedCounts {
  /** 1 for a subject that has a fact. */
  readonly facts: number
  readonly versions: number
  /** Rows of evidence with their receipts and idempotency keys. */
  readonly evidence: number
  /** In the event log: each keeps its place, its id and its version, and tells nothing else. */
  readonly events: number
  readonly deadLetters: number
  /** Union bundles that lose what they hold of the subject; of a tenant, all. */
  readonly bundles: number
  readonly callgraphs: number
  readonly content: number
  readonly contentBytes: number
}

/**
 * One erasure, for good: what was erased, when and by which request. It names nothing that was erased but the subject's
 * key, and, until it is gone, content by its digest.
 */
export interface Erasure {
  readonly id: string
  readonly tenant: Tenant
  /** Absent for a whole tenant. */
  readonly subjectKey?: string
  readonly planDigest: string
  /** The last version of the subject's fact; the next one comes behind it. */
  readonly version: number
  readonly counts: ErasedCounts
  readonly correlationId: string
  readonly begunAt: string
  /** Absent while it runs, and when its process died. */
  readonly endedAt?: string
  readonly left: ContentLeft
}

/** `cas://` URIs of what was still to be removed when a record was written. */
export interface ContentLeft {
  /** Nothing else can name it. */
  readonly own: readonly string[]
  readonly shareable: readonly string[]
}

export const nothingLeft: ContentLeft = { own: [], shareable: [] }

export function hasLeft({ left }: Pick<Erasure, 'left'>): boolean {
  return left.own.length + left.shareable.length > 0
}

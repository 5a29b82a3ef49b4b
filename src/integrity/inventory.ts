import type { EvidencePayload, Receipt } from '../evidence/evidence.ts'
import type { Tenant } from '../identifiers/tenant.ts'

/** One row of evidence, with what its subject had come to when it was read, or later. */
export interface InventoriedEvidence {
  readonly id: string
  readonly subjectKey?: string
  readonly state: 'pending' | 'folded'
  /** The version of the fact that first held it. */
  readonly factVersion?: number
  readonly payload: EvidencePayload
  readonly receipt: Receipt
  /** Absent while the subject has no row. */
  readonly subjectVersion?: number
}

/**
 * Every row of the store, in pages: what no route asks for. Adapters keep `test/contract/inventory.ts`. Keys come in an
 * order of the adapter's own, from behind `after`, at most `limit`.
 */
export interface Inventory {
  /** Who has rows. */
  tenants(): Promise<Tenant[]>
  evidence(tenant: Tenant, after: string | undefined, limit: number): Promise<InventoriedEvidence[]>
  /** Of all subjects, also those that have no fact yet. */
  subjectKeys(tenant: Tenant, after: string | undefined, limit: number): Promise<string[]>
  analysisIds(tenant: Tenant, after: string | undefined, limit: number): Promise<string[]>
}

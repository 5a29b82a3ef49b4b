import type { Tenant } from '../identifiers/tenant.ts'
import type { UnionBundleRecord } from './union-bundle-record.ts'

/** Adapters keep `test/contract/union-bundle-repository.ts`. */
export interface UnionBundleRepository {
  /**
   * Claims an id for a bundle, for good: the first record stays. Gives what stands there now, durable when it resolves,
   * whoever wrote it.
   */
  claim(record: UnionBundleRecord): Promise<UnionBundleRecord>
  /** Says that all of a claimed bundle is stored; the first answer stays. Durable when it resolves. */
  complete(tenant: Tenant, analysisId: string, answer: Readonly<Record<string, unknown>>): Promise<void>
  /** Puts the record in the place of the whole bundle of its id; where there is none, nothing happens. Durable when it resolves. */
  replace(record: UnionBundleRecord): Promise<void>
  /** What is not there is no error. Durable when it resolves. */
  remove(tenant: Tenant, analysisId: string): Promise<void>
  find(tenant: Tenant, analysisId: string): Promise<UnionBundleRecord | undefined>
}

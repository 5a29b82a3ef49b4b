import type { Tenant } from '../identifiers/tenant.ts'
import type { CallgraphRecord } from './callgraph-record.ts'

export interface CallgraphFilter {
  readonly language?: string | undefined
  readonly component?: string | undefined
  readonly version?: string | undefined
  readonly graphHash?: string | undefined
  readonly subjectKey?: string | undefined
  readonly analysisId?: string | undefined
}

/** Adapters keep `test/contract/callgraph-repository.ts`. */
export interface CallgraphRepository {
  /**
   * Idempotent by (tenant, callgraphId): the first record stays as it was, but `analysisIds` and `subjectKeys` are
   * united. Tells whether the graph was new. Durable when it resolves.
   */
  upsert(record: CallgraphRecord): Promise<'created' | 'unchanged'>
  /** Takes the subject from all graphs that its posts named; the graphs stay. Durable when it resolves. */
  unlinkSubject(tenant: Tenant, subjectKey: string): Promise<void>
  /** What is not there is no error. Durable when it resolves. */
  remove(tenant: Tenant, callgraphId: string): Promise<void>
  find(tenant: Tenant, callgraphId: string): Promise<CallgraphRecord | undefined>
  /** In order of callgraphId, from behind `after`, at most `limit`. */
  list(tenant: Tenant, filter: CallgraphFilter, after: string | undefined, limit: number): Promise<CallgraphRecord[]>
}

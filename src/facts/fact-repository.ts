import type { Outbox } from '../events/outbox.ts'
import type { Tenant } from '../identifiers/tenant.ts'
import type { FactSummary, Verdict } from './fact.ts'
import type { FactRow } from './fact-row.ts'

export interface FactFilter {
  readonly callgraphId?: string | undefined
  /** Of any of its states. */
  readonly bucket?: string | undefined
  /** Its own, or that of any of its states. */
  readonly verdict?: Verdict | undefined
  /** At least. */
  readonly minScore?: number | undefined
  /** Exclusive. */
  readonly updatedAfter?: string | undefined
}

/** Adapters keep `test/contract/fact-repository.ts`. */
export interface FactRepository extends Outbox {
  /** Reads from the primary: what a fold starts from. */
  find(tenant: Tenant, subjectKey: string): Promise<FactRow | undefined>
  /** The same for a guess, and cheaper: a crash may still take back what it sees, so nothing that lasts may rest on it. */
  peek(tenant: Tenant, subjectKey: string): Promise<FactRow | undefined>
  /** The revision alone: what a cache compares before it serves what it holds. */
  revisionOf(tenant: Tenant, subjectKey: string): Promise<number | undefined>
  /** Subject keys that an alias names, ordinally sorted, at most 20. */
  findByAlias(tenant: Tenant, alias: string): Promise<string[]>
  /**
   * Saves the row if its stored revision is still `row.revision - 1` (0: no row yet); body, ledger, folded ids and
   * events in one atomic step, durable when it resolves. `conflict`: another writer was first, nothing was written.
   * Events that the row lists but that were pulled meanwhile stay pulled (a pull raises the revision).
   */
  save(row: FactRow): Promise<'saved' | 'conflict'>
  /**
   * An advisory lease so that replicas do not repeat each other's fold; correctness never rests on it. False while
   * another owner holds one that has not run out.
   */
  lease(tenant: Tenant, subjectKey: string, owner: string, untilMs: number, nowMs: number): Promise<boolean>
  release(tenant: Tenant, subjectKey: string, owner: string): Promise<void>
  /** Summaries in order of subjectKey, from behind `after`, at most `limit`; only subjects that have a fact. */
  list(tenant: Tenant, filter: FactFilter, after: string | undefined, limit: number): Promise<FactSummary[]>
  countFacts(tenant: Tenant): Promise<number>
}

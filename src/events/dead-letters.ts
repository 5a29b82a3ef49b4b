import type { Tenant } from '../identifiers/tenant.ts'
import type { FactUpdated } from './fact-updated.ts'

/** An event that the bus refused for so long that it was given up. */
export interface DeadLetter {
  readonly event: FactUpdated
  /** In the words of the bus. */
  readonly reason: string
  readonly attempts: number
  readonly firstFailedAt: string
  readonly deadAt: string
}

export interface DeadLetterPage {
  readonly items: readonly DeadLetter[]
  readonly nextCursor?: string
}

/**
 * Where given-up events rest until somebody replays or deletes them; adapters keep `test/contract/dead-letters.ts`. Their
 * order is that of (`deadAt`, `fact_version`, `event_id`), so those of one subject stand in the order of its versions.
 */
export interface DeadLetters {
  /** Durable when it resolves. Of an event that is there already, the first letter stays as it is. */
  add(letter: DeadLetter): Promise<void>
  find(tenant: Tenant, eventId: string): Promise<DeadLetter | undefined>
  /** False when there was none. Durable when it resolves. */
  remove(tenant: Tenant, eventId: string): Promise<boolean>
  /** In order, from behind `after`, a `nextCursor`; anything else throws `QUERY_INVALID`. */
  page(tenant: Tenant, after: string | undefined, limit: number): Promise<DeadLetterPage>
  /** Of all tenants. */
  count(): Promise<number>
  /** Those of all tenants of which the dead-letter stream has not been told, in order. */
  untold(limit: number): Promise<readonly DeadLetter[]>
  /** One that is gone is no error. */
  markTold(tenant: Tenant, eventId: string): Promise<void>
}

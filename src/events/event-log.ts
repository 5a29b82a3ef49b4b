import type { Tenant } from '../identifiers/tenant.ts'
import type { FactUpdated } from './fact-updated.ts'

export interface EventPage {
  readonly items: readonly FactUpdated[]
  /** Opaque; present on every page that is not empty. */
  readonly nextCursor?: string
}

/** A tenant's own record of what happened; adapters keep `test/contract/event-log.ts`. */
export interface EventLog {
  /** Idempotent by `event_id`; keeps the order given. Durable when it resolves. */
  append(events: readonly FactUpdated[]): Promise<void>
  /** Puts each in the place of the event of its id, which keeps its place in the log; one that is not there is no error. Durable. */
  replace(events: readonly FactUpdated[]): Promise<void>
  /**
   * Events behind `after` (a cursor, or an `event_id`; exclusive) in order. A reader that follows the cursor misses none.
   * An `after` that names nothing throws `QUERY_INVALID`.
   */
  page(tenant: Tenant, after: string | undefined, limit: number): Promise<EventPage>
}

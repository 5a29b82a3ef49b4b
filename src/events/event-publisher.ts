import type { FactUpdated } from './fact-updated.ts'

/** The bus. Rejects when any of the events did not get there: the relay then publishes all of them again. */
export interface EventPublisher {
  publish(events: readonly FactUpdated[]): Promise<void>
}

import type { FactUpdated } from './fact-updated.ts'

/** The bus; of each subject, events get there in the order given. */
export interface EventPublisher {
  /**
   * Rejects when the bus cannot be reached: the relay then publishes all of them again, as often as it takes. What the bus
   * answers with a refusal stands in the outcome.
   */
  publish(events: readonly FactUpdated[]): Promise<PublishOutcome>
}

export interface PublishOutcome {
  /** To be published again later: refused, or behind a refused one of the same subject. */
  readonly waiting: readonly FactUpdated[]
  /** Refused for too long, and safe in the dead letters. */
  readonly dead: readonly FactUpdated[]
}

export const allPublished: PublishOutcome = { waiting: [], dead: [] }

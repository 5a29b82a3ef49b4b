import type { Logger } from 'pino'
import { allPublished, type EventPublisher, type PublishOutcome } from './event-publisher.ts'
import type { FactUpdated } from './fact-updated.ts'

/** The bus of a service without a broker: wakes those who follow the event log here, and writes a log line per event. */
export class InProcessBus implements EventPublisher {
  readonly #logger: Pick<Logger, 'info'>
  readonly #listeners = new Map<string, Set<() => void>>()

  constructor(logger: Pick<Logger, 'info'>) {
    this.#logger = logger
  }

  async publish(events: readonly FactUpdated[]): Promise<PublishOutcome> {
    for (const event of events) this.#logger.info(lineOf(event), 'fact updated')
    this.wake(events)
    return allPublished
  }

  /** Wakes those who follow the logs that these events have come to. */
  wake(events: readonly FactUpdated[]): void {
    for (const tenant of new Set(events.map((event) => event.tenant))) {
      for (const wake of this.#listeners.get(tenant) ?? []) wake()
    }
  }

  /** Calls `wake` whenever the tenant's log has grown here. Answers with what ends that. */
  listen(tenant: string, wake: () => void): () => void {
    const listeners = this.#listeners.get(tenant) ?? new Set()
    this.#listeners.set(tenant, listeners.add(wake))
    return () => {
      listeners.delete(wake)
      if (listeners.size === 0 && this.#listeners.get(tenant) === listeners) this.#listeners.delete(tenant)
    }
  }
}

function lineOf({ event_id, tenant, subject_key, fact_version, digest, summary }: FactUpdated): object {
  const { verdict, score, change } = summary
  return {
    eventId: event_id,
    tenant,
    subjectKey: subject_key,
    factVersion: fact_version,
    digest,
    verdict,
    score,
    change,
  }
}

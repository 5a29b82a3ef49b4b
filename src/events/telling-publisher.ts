import type { EventPublisher } from './event-publisher.ts'
import type { FactUpdated } from './fact-updated.ts'

/** Publishes, and tells of every event that got there; of one that is published again, again. */
export function tellingPublisher(inner: EventPublisher, onRelayed: (event: FactUpdated) => void): EventPublisher {
  return {
    async publish(events) {
      const outcome = await inner.publish(events)
      const missing = new Set([...outcome.waiting, ...outcome.dead])
      for (const event of events) if (!missing.has(event)) onRelayed(event)
      return outcome
    },
  }
}

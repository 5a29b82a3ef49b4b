import { type Clock, timestampOf } from '../lib/clock.ts'
import type { DeadLetter, DeadLetters } from './dead-letters.ts'
import { EventError } from './event-errors.ts'
import type { EventPublisher, PublishOutcome } from './event-publisher.ts'
import type { FactUpdated } from './fact-updated.ts'
import type { RedisEventStream } from './redis-event-stream.ts'
import { type Refusal, Refusals } from './refusals.ts'

export interface RedisEventPublisherDeps {
  readonly stream: Pick<RedisEventStream, 'add'>
  readonly deadLetters: Pick<DeadLetters, 'add'>
  readonly onDead: (letter: DeadLetter) => void
  readonly clock: Clock
  /** How long an event that is refused is published again before it is given up. */
  readonly giveUpAfterMs: number
}

type Fate = 'published' | 'refused' | 'dead'

/**
 * Events onto the stream: those of one subject one after another, subjects side by side. What the server refuses goes
 * back to the relay to be tried again, and in the end to the dead letters; while it cannot be reached nothing is counted.
 */
export class RedisEventPublisher implements EventPublisher {
  readonly #deps: RedisEventPublisherDeps
  readonly #refusals: Refusals

  constructor(deps: RedisEventPublisherDeps) {
    this.#deps = deps
    this.#refusals = new Refusals(deps)
  }

  async publish(events: readonly FactUpdated[]): Promise<PublishOutcome> {
    const bySubject = Map.groupBy(events, ({ tenant, subject_key }) => `${tenant}\0${subject_key}`)
    // All come to their end before any failure is told: none may still be publishing when the relay begins again.
    const settled = await Promise.allSettled([...bySubject.values()].map((own) => this.#publishInOrder(own)))
    const failed = settled.find((one) => one.status === 'rejected')
    if (failed) throw failed.reason
    const outcomes = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    return { waiting: outcomes.flatMap(({ waiting }) => waiting), dead: outcomes.flatMap(({ dead }) => dead) }
  }

  async #publishInOrder(events: readonly FactUpdated[]): Promise<PublishOutcome> {
    const dead: FactUpdated[] = []
    for (const [position, event] of events.entries()) {
      const fate = await this.#publishOne(event)
      if (fate === 'refused') return { waiting: events.slice(position), dead }
      if (fate === 'dead') dead.push(event)
    }
    return { waiting: [], dead }
  }

  async #publishOne(event: FactUpdated): Promise<Fate> {
    try {
      await this.#deps.stream.add(event)
      this.#refusals.forget(event)
      return 'published'
    } catch (error) {
      if (!(error instanceof EventError) || error.code !== 'EVENT_REFUSED') throw error
      const refusal = this.#refusals.note(event)
      if (!refusal.isOver) return 'refused'
      await this.#bury({ event, reason: error.message, refusal })
      return 'dead'
    }
  }

  /** Durable before the relay takes the event out of its row: a crash in between buries it twice, which changes nothing. */
  async #bury({ event, reason, refusal }: { event: FactUpdated; reason: string; refusal: Refusal }): Promise<void> {
    const letter: DeadLetter = {
      event,
      reason,
      attempts: refusal.attempts,
      firstFailedAt: timestampOf(refusal.firstFailedAtMs),
      deadAt: timestampOf(this.#deps.clock()),
    }
    await this.#deps.deadLetters.add(letter)
    this.#deps.onDead(letter)
  }
}

import type { Tenant } from '../identifiers/tenant.ts'
import type { DeadLetter, DeadLetters } from './dead-letters.ts'
import { EventError } from './event-errors.ts'
import type { EventLog } from './event-log.ts'
import type { FactUpdated } from './fact-updated.ts'

/** Puts one event on the bus now; throws `EVENT_REFUSED` or `EVENT_BUS_UNAVAILABLE`. */
export type Republish = (event: FactUpdated) => Promise<void>

export interface ReplayDeadLetterDeps {
  readonly deadLetters: Pick<DeadLetters, 'find' | 'remove'>
  readonly republish: Republish
}

export interface NamedDeadLetter {
  readonly tenant: Tenant
  readonly eventId: string
}

/** The letter goes only when its event is on the bus: who repeats a replay that failed in between publishes it twice. */
export async function replayDeadLetter(
  { deadLetters, republish }: ReplayDeadLetterDeps,
  { tenant, eventId }: NamedDeadLetter,
): Promise<DeadLetter> {
  const letter = await deadLetters.find(tenant, eventId)
  if (!letter) throw noSuchLetter(eventId)
  await republish(letter.event)
  await deadLetters.remove(tenant, eventId)
  return letter
}

export function noSuchLetter(eventId: string): EventError {
  return new EventError('DEAD_LETTER_NOT_FOUND', `there is no dead letter ${eventId}`)
}

export interface ReplayLogDeps {
  readonly log: Pick<EventLog, 'page'>
  readonly republish: Republish
}

export interface LogSpan {
  readonly tenant: Tenant
  /** Exclusive; the beginning of the log when absent. */
  readonly after: string | undefined
  /** An event id, inclusive; the end of the log as it is when absent. */
  readonly through: string | undefined
}

export interface ReplayedSpan {
  readonly replayed: number
  /** Where to go on, when the span is longer than one request replays. */
  readonly nextCursor?: string
}

const eventsPerPage = 100
const pagesPerRequest = 10

/** Puts a span of the tenant's log on the bus again, in its order, under the same ids. */
export async function replayLog(deps: ReplayLogDeps, { tenant, after, through }: LogSpan): Promise<ReplayedSpan> {
  // Refused before anything is published.
  if (through !== undefined) await deps.log.page(tenant, through, 1)
  let cursor = after
  let replayed = 0
  for (let pages = 0; pages < pagesPerRequest; pages += 1) {
    const { items, nextCursor } = await deps.log.page(tenant, cursor, eventsPerPage)
    const last = items.findIndex(({ event_id }) => event_id === through)
    const events = last === -1 ? items : items.slice(0, last + 1)
    for (const event of events) await deps.republish(event)
    replayed += events.length
    if (last !== -1 || items.length < eventsPerPage || nextCursor === undefined) return { replayed }
    cursor = nextCursor
  }
  return { replayed, ...(cursor !== undefined && { nextCursor: cursor }) }
}

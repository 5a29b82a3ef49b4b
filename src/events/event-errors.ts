import { ServiceError } from '../errors.ts'

export const eventProblems = {
  EVENT_STREAMS_EXHAUSTED: { status: 429, title: 'The tenant follows too many event streams', retryable: true },
  EVENT_BUS_UNAVAILABLE: { status: 503, title: 'The event bus cannot be reached at the moment', retryable: true },
  EVENT_REFUSED: { status: 502, title: 'The event bus refused the event', retryable: true },
  DEAD_LETTER_NOT_FOUND: { status: 404, title: 'There is no such dead letter' },
} as const

export class EventError extends ServiceError<keyof typeof eventProblems> {}

import { ServiceError } from '../errors.ts'

export const eventProblems = {
  EVENT_STREAMS_EXHAUSTED: { status: 429, title: 'The tenant follows too many event streams', retryable: true },
} as const

export class EventError extends ServiceError<keyof typeof eventProblems> {}

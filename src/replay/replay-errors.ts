import { ServiceError } from '../errors.ts'

export const replayProblems = {
  REPLAY_BUNDLE_INVALID: { status: 422, title: 'The body is no replay bundle' },
  REPLAY_TOO_LARGE: { status: 409, title: 'The fact has more inputs than a replay bundle holds' },
  REPLAYS_EXHAUSTED: { status: 503, title: 'Too many bundles wait to be replayed', retryable: true },
} as const

export class ReplayError extends ServiceError<keyof typeof replayProblems> {}

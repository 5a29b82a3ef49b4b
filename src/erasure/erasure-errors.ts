import { ServiceError } from '../errors.ts'

export const erasureProblems = {
  NOTHING_TO_ERASE: { status: 404, title: 'There is nothing to erase' },
  ERASURE_PLAN_CHANGED: { status: 412, title: 'What would be erased is not what was confirmed' },
  ERASURE_BUSY: { status: 503, title: 'The subject is being folded or erased', retryable: true },
} as const

export class ErasureError extends ServiceError<keyof typeof erasureProblems> {}

import { ServiceError } from '../errors.ts'

export const evidenceProblems = {
  IN_PROGRESS: { status: 409, title: 'The first request with this key is still running', retryable: true },
  IDEMPOTENCY_KEY_REUSED: { status: 422, title: 'The idempotency key was used for another request' },
  FOLDS_EXHAUSTED: { status: 503, title: 'Too many subjects wait to be folded', retryable: true },
  RECEIPT_NOT_FOUND: { status: 404, title: 'There is no such receipt' },
} as const

export class EvidenceError extends ServiceError<keyof typeof evidenceProblems> {}

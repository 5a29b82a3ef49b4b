import { ServiceError } from '../errors.ts'

export const factProblems = {
  FACT_NOT_FOUND: { status: 404, title: 'There is no such fact' },
  FACT_VERSION_NOT_FOUND: { status: 404, title: 'The fact has no such version' },
  SUBJECT_NOT_FOUND: { status: 404, title: 'Nobody has said anything about this subject' },
  SUBJECT_AMBIGUOUS: { status: 409, title: 'The alias names more than one subject' },
  TARGETS_TOO_MANY: { status: 400, title: 'The query has more targets than a query may have' },
  PREFIX_TOO_BROAD: { status: 400, title: 'The package or namespace takes in more nodes than a query may have' },
  QUESTIONS_EXHAUSTED: { status: 503, title: 'Too many questions wait for an answer', retryable: true },
  SUBJECT_TOO_LARGE: { status: 409, title: 'The subject holds as much as a subject may' },
} as const

export class FactError extends ServiceError<keyof typeof factProblems> {}

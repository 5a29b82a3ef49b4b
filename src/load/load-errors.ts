import { ServiceError } from '../errors.ts'

export const loadProblems = {
  MEMORY_SHORT: { status: 503, title: 'The service has no memory to spare', retryable: true },
  DISK_SHORT: { status: 503, title: 'The service has no room on disk to spare', retryable: true },
  SERVICE_BUSY: { status: 503, title: 'The service is behind with its work', retryable: true },
  RATE_LIMITED: { status: 429, title: 'Too many requests in a short time', retryable: true },
  QUOTA_EXCEEDED: { status: 507, title: 'The tenant has stored as much as it may' },
  WORK_EXHAUSTED: { status: 503, title: 'Too many requests of this kind at once', retryable: true },
} as const

export class LoadError extends ServiceError<keyof typeof loadProblems> {}

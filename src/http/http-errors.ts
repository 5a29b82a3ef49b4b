import { ServiceError } from '../errors.ts'

export const httpProblems = {
  REQUEST_INVALID: { status: 400, title: 'The request is not valid' },
  QUERY_INVALID: { status: 400, title: 'The query is not valid' },
  BODY_CORRUPT: { status: 400, title: 'The compressed body is corrupt' },
  BODY_INCOMPLETE: { status: 400, title: 'The body ended too early' },
  BODY_TOO_SLOW: { status: 408, title: 'The body comes too slowly' },
  BODY_TOO_LARGE: { status: 413, title: 'The body is too large' },
  CONTENT_ENCODING_UNSUPPORTED: { status: 415, title: 'The content encoding is not supported' },
  CONTENT_TYPE_UNSUPPORTED: { status: 415, title: 'The content type is not supported' },
  RANGE_NOT_SATISFIABLE: { status: 416, title: 'None of the bytes asked for are there' },
  IDEMPOTENCY_KEY_INVALID: { status: 400, title: 'The idempotency key is not usable' },
  ROUTE_NOT_FOUND: { status: 404, title: 'There is no such route' },
  METHOD_NOT_ALLOWED: { status: 405, title: 'The route does not take this method' },
  INTERNAL_ERROR: { status: 500, title: 'Something went wrong on our side' },
  UPLOADS_EXHAUSTED: { status: 503, title: 'Too many large uploads at once', retryable: true },
  SERVICE_DRAINING: { status: 503, title: 'The service is stopping', retryable: true },
} as const

export class HttpError extends ServiceError<keyof typeof httpProblems> {}

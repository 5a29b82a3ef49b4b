import type { FastifyReply, FastifyRequest } from 'fastify'
import { type ProblemKind, type ProblemTable, ServiceError } from '../errors.ts'
import { HttpError } from './http-errors.ts'
import { allowedMethods, type MethodTable, methodTable } from './method-table.ts'
import type { HttpServer } from './route.ts'
import { groupViolations } from './violations.ts'

export interface ProblemDocument {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly instance: string
  readonly code: string
  readonly error: string
  readonly correlationId: string
  readonly [member: string]: unknown
}

/** Makes every error of the server an RFC 9457 document (contracts, 1): one renderer, one table. */
export function renderProblems(app: HttpServer, problems: ProblemTable): void {
  const methods = methodTable(app)
  app.setErrorHandler((error, request, reply) => sendProblem(problems, { error, request, reply }))
  app.setNotFoundHandler((request, reply) =>
    sendProblem(problems, { error: notFound(methods, request), request, reply }),
  )
}

export interface Failure {
  readonly error: unknown
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

/** Answers with the problem document of whatever went wrong. */
export async function sendProblem(problems: ProblemTable, { error, request, reply }: Failure): Promise<FastifyReply> {
  const known = translate(error)
  const kind = Object.hasOwn(problems, known.code) ? problems[known.code] : undefined
  const refusal = kind ? known : new HttpError('INTERNAL_ERROR', 'internal error', { cause: error })
  const { status, title } = kind ?? internal
  request.problemCode = refusal.code
  if (status >= 500 && !isChosen(refusal, status)) request.log.error({ err: error }, 'request failed')
  // Fastify closes after a refused body, and a close with bytes unread makes the kernel reset what was answered. A client
  // that asked for the close is told of it.
  if (reply.raw.shouldKeepAlive) reply.removeHeader('connection')
  for (const [name, value] of Object.entries(refusal.headers)) reply.header(name, value)
  const retryAfter = refusal.retryAfterSeconds ?? (status === 429 || status === 503 ? 1 : undefined)
  if (retryAfter !== undefined) reply.header('retry-after', String(retryAfter))
  const document = problemDocument(refusal, { status, title }, request)
  return reply.code(status).type('application/problem+json').serializer(JSON.stringify).send(document)
}

/** We chose to refuse it: nothing failed, and the request has a line of its own in the log. Many of these must cost little. */
function isChosen({ cause, retryAfterSeconds }: ServiceError, status: number): boolean {
  return status === insufficientStorage || (status === 503 && cause === undefined && retryAfterSeconds !== undefined)
}

/** RFC 4918, 11.5. A tenant's own storage, and no secret of ours. */
const insufficientStorage = 507

const internal: ProblemKind = { status: 500, title: 'Something went wrong on our side' }

function problemDocument(
  { code, message, violations, members }: ServiceError,
  { status, title }: ProblemKind,
  request: FastifyRequest,
): ProblemDocument {
  // What broke inside is for the log: it can name paths, hosts and other tenants.
  const isOurs = status >= 500 && status !== insufficientStorage
  const detail = isOurs ? title : message
  const [instance = '/'] = request.url.split('?', 1)
  return {
    ...(!isOurs && members),
    type: `urn:signals:problem:${code.toLowerCase().replaceAll('_', '-')}`,
    title,
    status,
    detail,
    instance,
    code,
    error: detail,
    correlationId: request.id,
    ...(!isOurs && violations.length > 0 && { errors: groupViolations(violations) }),
  }
}

/** Errors of Fastify and Node that a client causes, in our words; everything else that is foreign is ours to answer for. */
function translate(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error
  const { code, statusCode } = foreignError(error)
  if (code === 'ECONNRESET') return new HttpError('BODY_INCOMPLETE', 'the body ended too early', { cause: error })
  if (statusCode === 415) {
    return new HttpError('CONTENT_TYPE_UNSUPPORTED', 'the content type is not one that this route reads')
  }
  if (statusCode === 413) return new HttpError('BODY_TOO_LARGE', 'the body is too large')
  if (statusCode === 503) return new HttpError('SERVICE_DRAINING', 'the service is stopping')
  const isClients = code?.startsWith('FST_') && statusCode !== undefined && statusCode >= 400 && statusCode < 500
  if (isClients) return new HttpError('REQUEST_INVALID', 'the request is malformed', { cause: error })
  return new HttpError('INTERNAL_ERROR', 'internal error', { cause: error })
}

function foreignError(error: unknown): { code?: string; statusCode?: number } {
  if (!(error instanceof Error)) return {}
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  const statusCode = 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : undefined
  return { ...(code !== undefined && { code }), ...(statusCode !== undefined && { statusCode }) }
}

function notFound(methods: MethodTable, request: FastifyRequest): HttpError {
  const [path = '/'] = request.url.split('?', 1)
  const allowed = allowedMethods(methods, path)
  if (allowed.length === 0) return new HttpError('ROUTE_NOT_FOUND', `nothing is at ${path.slice(0, 200)}`)
  const headers = { allow: allowed.join(', ') }
  return new HttpError('METHOD_NOT_ALLOWED', `use one of ${headers.allow}`, { headers })
}

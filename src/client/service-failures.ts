import type { z } from 'zod'
import type { problemSchema } from '../http/problem-schema.ts'

export type Problem = z.infer<ReturnType<typeof problemSchema>>

export interface RefusedAnswer {
  readonly url: string
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

/** The service, or something before it, answered with other than yes. */
export class ServiceRefusal extends Error {
  readonly status: number
  /** Undefined when what answered writes no problem documents: a proxy, or another service. */
  readonly problem: Problem | undefined
  readonly retryAfter: string | null

  constructor({ url, status, headers, text }: RefusedAnswer) {
    const problem = problemOf(text)
    super(`${url} answered ${status}: ${problem?.detail ?? text.slice(0, 200)}`)
    this.name = 'ServiceRefusal'
    this.status = status
    this.problem = problem
    this.retryAfter = headers.get('retry-after')
  }
}

/** No answer came. The code of the system call, where there is one, tells what it was. */
export class ServiceUnreachable extends Error {
  readonly code: string | undefined

  constructor(url: string, cause: unknown) {
    const reason = innermost(cause)
    super(`${url} could not be reached: ${wordsOf(reason)}`, { cause })
    this.name = 'ServiceUnreachable'
    this.code = codeOf(reason)
  }
}

function problemOf(text: string): Problem | undefined {
  try {
    const document: unknown = JSON.parse(text)
    return isProblem(document) ? document : undefined
  } catch {
    return undefined
  }
}

function isProblem(document: unknown): document is Problem {
  const isObject = typeof document === 'object' && document !== null
  return isObject && 'code' in document && 'title' in document && 'detail' in document
}

/** `fetch` wraps what happened, at times twice; several addresses of one name that all fail come as one error. */
function innermost(error: unknown): unknown {
  if (error instanceof AggregateError && error.errors.length > 0) return innermost(error.errors[0])
  return error instanceof Error && error.cause instanceof Error ? innermost(error.cause) : error
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

function wordsOf(error: unknown): string {
  const words = plainWords[codeOf(error) ?? '']
  return words ?? (error instanceof Error ? error.message : String(error))
}

const plainWords: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused (is the service running there?)',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  UND_ERR_SOCKET: 'the connection was cut',
  ENOTFOUND: 'no host of this name',
}

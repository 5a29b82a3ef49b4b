import type { HttpServer } from './route.ts'

/** What one connection may take before it has said what it wants, and how many there may be. No limit where one is absent. */
export interface ConnectionLimits {
  /** From the first byte of a request, or the opening of its connection, to the end of its head. */
  readonly headersTimeoutMs?: number
  /** From there to the end of its body. */
  readonly requestTimeoutMs?: number
  /** Between two requests. */
  readonly idleTimeoutMs?: number
  readonly connections?: number
}

const leastCheckMs = 50
const mostCheckMs = 5_000

/** Node looks at its connections now and then, and not when each one's time is over. */
export function checkingIntervalOf({ headersTimeoutMs = mostCheckMs * 4 }: ConnectionLimits): number {
  return Math.min(mostCheckMs, Math.max(leastCheckMs, Math.ceil(headersTimeoutMs / 4)))
}

/** Further connections are closed as soon as they are opened: a client that is told so could be told anything else as well. */
export function limitConnections({ server }: HttpServer, limits: ConnectionLimits): void {
  server.headersTimeout = limits.headersTimeoutMs ?? 0
  server.requestTimeout = limits.requestTimeoutMs ?? 0
  if (limits.idleTimeoutMs !== undefined) server.keepAliveTimeout = limits.idleTimeoutMs
  if (limits.connections !== undefined) server.maxConnections = limits.connections
}

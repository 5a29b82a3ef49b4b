import { randomUUID } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { HttpServer, Trace } from './route.ts'

/** The client's `X-Correlation-Id` when it is 1–128 visible ASCII characters, else a new one. */
export function correlationIdOf(headers: IncomingHttpHeaders): string {
  const sent = headers['x-correlation-id']
  return typeof sent === 'string' && /^[\x21-\x7e]{1,128}$/.test(sent) ? sent : randomUUID()
}

/** The trace of a valid `traceparent`. Source: W3C Trace Context, 3.2: all-zero ids and version ff are invalid. */
export function traceOf(headers: IncomingHttpHeaders): Trace | undefined {
  const sent = headers['traceparent']
  const match = typeof sent === 'string' ? traceparent.exec(sent) : null
  const [, version, traceId, spanId, tail] = match ?? []
  if (traceId === undefined || spanId === undefined || version === 'ff') return undefined
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId) || (version === '00' && tail)) return undefined
  return { traceId, spanId }
}

const traceparent = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?$/

/** Gives every request, refused ones too, its route and its ids, and echoes these. Add it before any other hook. */
export function correlateRequests(app: HttpServer): void {
  app.decorateRequest('correlationId', '')
  app.decorateRequest('route')
  app.decorateRequest('trace', undefined)
  app.decorateRequest('problemCode', undefined)
  app.addHook('onRequest', (request, reply, done) => {
    request.correlationId = request.id
    request.route = request.routeOptions
    request.trace = traceOf(request.headers)
    reply.header('x-correlation-id', request.correlationId)
    done()
  })
}

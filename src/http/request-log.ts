import { type FastifyReply, type FastifyRequest, LogController } from 'fastify'
import type { Logger } from '../telemetry/logger.ts'

/**
 * One line a request, when it was answered or given up: with what was asked and what came of it in one place. A second one when
 * the request arrives would cost every read as much again.
 */
export class RequestLog extends LogController {
  readonly #logger: Pick<Logger, 'answered'> | undefined

  constructor(logger: Pick<Logger, 'answered'> | undefined) {
    super({ requestIdLogLabel: 'correlationId' })
    this.#logger = logger
  }

  override incomingRequest(): void {}

  override requestCompleted(error: Error | null | undefined, request: FastifyRequest, reply: FastifyReply): void {
    const responseTime = reply.elapsedTime
    if (error) reply.log.error({ req: request, res: reply, responseTime, err: error }, 'request errored')
    else this.#logger?.answered({ ...askedOf(request), statusCode: reply.statusCode, responseTime })
  }
}

function askedOf(request: FastifyRequest) {
  const version = request.headers['accept-version']
  return {
    correlationId: request.id,
    method: request.method,
    url: request.url,
    version: typeof version === 'string' ? version : undefined,
    host: request.host,
    remoteAddress: request.ip,
    remotePort: request.socket.remotePort,
  }
}

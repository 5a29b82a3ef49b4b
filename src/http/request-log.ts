import { type FastifyReply, type FastifyRequest, LogController } from 'fastify'

/**
 * One line a request, when it was answered or given up: with what was asked and what came of it in one place. Lines are written
 * synchronously, so a second one when the request arrives would cost every read as much again.
 */
export class RequestLog extends LogController {
  override incomingRequest(): void {}

  override requestCompleted(error: Error | null | undefined, request: FastifyRequest, reply: FastifyReply): void {
    const line = { req: request, res: reply, responseTime: reply.elapsedTime }
    if (error) reply.log.error({ ...line, err: error }, 'request errored')
    else reply.log.info(line, 'request completed')
  }
}

import type { ServerOptions } from 'node:https'
import Fastify, { type FastifyBaseLogger } from 'fastify'
import { serializerCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod'
import type { ProblemTable } from '../errors.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { PaceLimit } from './body-pace.ts'
import { type ConnectionLimits, checkingIntervalOf, limitConnections } from './connection-limits.ts'
import { correlateRequests, correlationIdOf } from './correlation.ts'
import { paceBodies } from './pace-bodies.ts'
import { renderProblems, sendProblem } from './problems.ts'
import { refuseBrokenQueries } from './query-encoding.ts'
import { RequestLog } from './request-log.ts'
import { requestLogger } from './request-logger.ts'
import type { HttpServer } from './route.ts'
import { closeSilentConnections } from './silent-connections.ts'
import { forbidSniffing, noSniffing } from './sniffing.ts'
import { discardUnreadBodies } from './unread-body.ts'
import { refuseUnreadable } from './unreadable-requests.ts'
import { validatorCompiler } from './validation.ts'

export interface HttpServerDeps {
  /** All codes that any route may answer with. */
  readonly problems: ProblemTable
  readonly logger?: FastifyBaseLogger & Pick<Logger, 'answered'>
  readonly connections?: ConnectionLimits
  /** How slowly bodies may come; as slowly as they like when absent. */
  readonly bodyPace?: PaceLimit
  /** Plain HTTP when absent. */
  readonly tls?: ServerOptions | undefined
}

/** A node id of 4,096 characters, each percent-encoded as three bytes, and room for the other headers. */
const maxHeaderSize = 64 * 1024
const maxParamLength = maxHeaderSize

const unasked = (): never => {
  throw new TypeError('schemas are compiled as zod schemas')
}

/** In the places of Fastify's own compilers, a hundred modules that would be loaded for nothing. */
const noOtherCompilers = { buildValidator: unasked, buildSerializer: unasked }

/** A server with the conventions of every route and no routes: zod schemas, ids, problem documents, no body parsers. */
export function createHttpServer(deps: HttpServerDeps): HttpServer {
  const { problems, logger, connections = {}, bodyPace, tls } = deps
  const listener = { maxHeaderSize, connectionsCheckingInterval: checkingIntervalOf(connections) }
  const app = Fastify({
    ...loggingWith(logger),
    genReqId: ({ headers }) => correlationIdOf(headers),
    logController: new RequestLog(logger),
    // Our decoders count inflated bytes; Fastify would count those on the wire, and never of a stream.
    bodyLimit: Number.MAX_SAFE_INTEGER,
    http: listener,
    ...(tls && { https: { ...tls, ...listener, handshakeTimeout: connections.headersTimeoutMs } }),
    clientErrorHandler: refuseUnreadable,
    // What the router itself refuses never meets a hook or the error handler.
    frameworkErrors: (error, request, reply) => {
      reply.headers({ 'x-correlation-id': request.id, ...noSniffing })
      void sendProblem(problems, { error, request, reply })
    },
    routerOptions: { maxParamLength, ignoreTrailingSlash: false },
    return503OnClosing: false,
    schemaController: { compilersFactory: noOtherCompilers },
  }).withTypeProvider<ZodTypeProvider>()
  app.removeAllContentTypeParsers()
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  limitConnections(app, connections)
  correlateRequests(app)
  forbidSniffing(app)
  refuseBrokenQueries(app)
  renderProblems(app, problems)
  if (bodyPace) paceBodies(app, bodyPace)
  discardUnreadBodies(app, { lingerMs: 5_000 })
  closeSilentConnections(app)
  return app
}

function loggingWith(logger: FastifyBaseLogger | undefined) {
  return logger ? { loggerInstance: logger, childLoggerFactory: requestLogger } : { logger: false }
}

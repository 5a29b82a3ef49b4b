import Fastify, { type FastifyBaseLogger, LogController } from 'fastify'
import { serializerCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod'
import type { ProblemTable } from '../errors.ts'
import { correlateRequests, correlationIdOf } from './correlation.ts'
import { renderProblems } from './problems.ts'
import type { HttpServer } from './route.ts'
import { discardUnreadBodies } from './unread-body.ts'
import { validatorCompiler } from './validation.ts'

export interface HttpServerDeps {
  /** All codes that any route may answer with. */
  readonly problems: ProblemTable
  readonly logger?: FastifyBaseLogger
}

/** Longer than a subject key or a node id can be, with every character percent-encoded as three bytes of three. */
const maxParamLength = 65_536

/** A server with the conventions of every route and no routes: zod schemas, ids, problem documents, no body parsers. */
export function createHttpServer({ problems, logger }: HttpServerDeps): HttpServer {
  const app = Fastify({
    ...(logger ? { loggerInstance: logger } : { logger: false }),
    genReqId: ({ headers }) => correlationIdOf(headers),
    logController: new LogController({ requestIdLogLabel: 'correlationId' }),
    // Our decoders count inflated bytes; Fastify would count those on the wire, and never of a stream.
    bodyLimit: Number.MAX_SAFE_INTEGER,
    routerOptions: { maxParamLength, ignoreTrailingSlash: false },
    return503OnClosing: false,
  }).withTypeProvider<ZodTypeProvider>()
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  app.removeAllContentTypeParsers()
  correlateRequests(app)
  renderProblems(app, problems)
  discardUnreadBodies(app, { lingerMs: 5_000 })
  return app
}

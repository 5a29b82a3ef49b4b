import type { FastifyBaseLogger } from 'fastify'
import { authProblems } from './auth/auth-errors.ts'
import type { Authenticate } from './auth/authenticate.ts'
import { guardRoutes } from './auth/guard-routes.ts'
import { type HealthDeps, healthRoutes } from './http/health-routes.ts'
import { httpProblems } from './http/http-errors.ts'
import { createHttpServer } from './http/http-server.ts'
import { describeRoutes } from './http/openapi.ts'
import type { HttpServer } from './http/route.ts'
import { type StatusDeps, statusRoutes } from './http/status-routes.ts'
import { subjectProblems } from './identifiers/subject.ts'
import { jsonProblems } from './lib/json-errors.ts'

/** Every code that a client can read, with its status: the domains' tables, joined. */
export const problems = { ...httpProblems, ...jsonProblems, ...authProblems, ...subjectProblems } as const

export interface AppContext {
  readonly version: string
  readonly logger: FastifyBaseLogger
  readonly requestTimeoutMs: number
  readonly authenticate: Authenticate
  readonly health: HealthDeps
  readonly status: StatusDeps
}

/** The HTTP surface: conventions first, then each domain's routes. */
export async function buildApp(context: AppContext): Promise<HttpServer> {
  const { logger, version, requestTimeoutMs } = context
  const app = createHttpServer({ problems, logger, requestTimeoutMs })
  guardRoutes(app, context.authenticate)
  await describeRoutes(app, { problems, version })

  await app.register(healthRoutes, context.health)
  await app.register(statusRoutes, context.status)
  // Each domain's routes, in the order of the folders: app.register(callgraphRoutes, { prefix: '/signals/callgraphs', … })
  return app
}

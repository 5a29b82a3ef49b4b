import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { Scope } from '../identifiers/scope.ts'
import { AuthError, scopeMissing } from './auth-errors.ts'
import type { Authenticate } from './authenticate.ts'
import { challengeOf } from './challenge.ts'

type Server = FastifyInstance<RawServerDefault, IncomingMessage, ServerResponse, FastifyBaseLogger, ZodTypeProvider>

export interface Guard {
  readonly authenticate: Authenticate
  /** Told to clients with each challenge; undefined where no proofs of possession are looked at. */
  readonly proofAlgorithms?: readonly string[]
}

/**
 * Gives every request its tenant and demands its route's scope, before the route, its body or its query is looked at.
 * A route that declares no scope stops the start: forgetting one must not open a door.
 */
export function guardRoutes(app: Server, { authenticate, proofAlgorithms }: Guard): void {
  app.decorateRequest('tenant')
  app.decorateRequest('principal', undefined)
  app.decorateRequest('grantedScopes', undefined)
  app.addHook('onRoute', ({ method, url, config }) => {
    if (config?.scope === undefined) throw new Error(`the route ${[method].flat().join(',')} ${url} declares no scope`)
  })
  app.addHook('onRequest', async (request, reply) => {
    const { scope } = request.routeOptions.config
    if (scope === 'none') return
    try {
      const { tenant, principal, scopes, answerHeaders = {} } = await authenticate(request)
      request.tenant = tenant
      request.principal = principal
      request.grantedScopes = scopes
      reply.headers(answerHeaders)
      // Without a route (404, 405) there is no scope to ask for; who asks is checked all the same.
      if (scope !== undefined && !hasScope(scopes, scope)) throw scopeMissing(scope)
    } catch (error) {
      const { authorization } = request.headers
      const challenge = error instanceof AuthError ? challengeOf(error, { authorization, proofAlgorithms }) : undefined
      if (challenge !== undefined) reply.header('www-authenticate', challenge)
      throw error
    }
  })
}

/** No scope implies another. */
export function hasScope(granted: ReadonlySet<string> | undefined, scope: Scope): boolean {
  return granted === undefined || granted.has(scope)
}

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest, RawServerDefault } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { Scope } from '../identifiers/scope.ts'
import { mayWait } from '../lib/may-wait.ts'
import { AuthError, scopeMissing } from './auth-errors.ts'
import type { Authenticate, Caller } from './authenticate.ts'
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
  const refuse = (error: unknown, { headers: { authorization } }: FastifyRequest, reply: FastifyReply): never => {
    const challenge = error instanceof AuthError ? challengeOf(error, { authorization, proofAlgorithms }) : undefined
    if (challenge !== undefined) reply.header('www-authenticate', challenge)
    throw error
  }
  const guard = mayWait((request: FastifyRequest, reply: FastifyReply) => {
    if (request.route.config.scope === 'none') return undefined
    try {
      const caller = authenticate(request)
      if (!(caller instanceof Promise)) return admit(caller, request, reply)
      return caller.then((known) => admit(known, request, reply)).catch((error) => refuse(error, request, reply))
    } catch (error) {
      return refuse(error, request, reply)
    }
  })
  app.addHook('onRequest', guard)
}

function admit(caller: Caller, request: FastifyRequest, reply: FastifyReply): undefined {
  const { tenant, principal, scopes, answerHeaders } = caller
  request.tenant = tenant
  request.principal = principal
  request.grantedScopes = scopes
  if (answerHeaders) reply.headers(answerHeaders)
  const { scope } = request.route.config
  // Without a route (404, 405) there is no scope to ask for; who asks is checked all the same.
  if (scope !== undefined && scope !== 'none' && !hasScope(scopes, scope)) throw scopeMissing(scope)
}

/** No scope implies another. */
export function hasScope(granted: ReadonlySet<string> | undefined, scope: Scope): boolean {
  return granted === undefined || granted.has(scope)
}

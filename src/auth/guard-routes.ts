import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { Scope } from '../identifiers/scope.ts'
import { scopeMissing } from './auth-errors.ts'
import type { Authenticate } from './authenticate.ts'

type Server = FastifyInstance<RawServerDefault, IncomingMessage, ServerResponse, FastifyBaseLogger, ZodTypeProvider>

/**
 * Gives every request its tenant and demands its route's scope, before the route, its body or its query is looked at.
 * A route that declares no scope stops the start: forgetting one must not open a door.
 */
export function guardRoutes(app: Server, authenticate: Authenticate): void {
  app.decorateRequest('tenant')
  app.decorateRequest('grantedScopes', undefined)
  app.addHook('onRoute', ({ method, url, config }) => {
    if (config?.scope === undefined) throw new Error(`the route ${[method].flat().join(',')} ${url} declares no scope`)
  })
  app.addHook('onRequest', async (request) => {
    const { scope } = request.routeOptions.config
    if (scope === 'none') return
    const caller = await authenticate(request)
    request.tenant = caller.tenant
    request.grantedScopes = caller.scopes
    // Without a route (404, 405) there is no scope to ask for; who asks is checked all the same.
    if (scope !== undefined && !hasScope(caller.scopes, scope)) throw scopeMissing(scope)
  })
}

/** No scope implies another. */
export function hasScope(granted: ReadonlySet<string> | undefined, scope: Scope): boolean {
  return granted === undefined || granted.has(scope)
}

import { LoadError } from '../load/load-errors.ts'
import type { RequestRates } from '../load/request-rates.ts'
import type { HttpServer } from './route.ts'

/**
 * Refuses whoever asks too often. Routes for everybody (health, the docs) are never counted: nobody could be told apart there, and
 * a load balancer must always get its answer. Call it after the guard: whose request it is has to be known.
 */
export function limitRates(app: HttpServer, rates: Pick<RequestRates, 'excessMs'>): void {
  app.addHook('onRequest', async ({ route, tenant, principal }) => {
    if (route.config.scope === 'none') return
    const excessMs = await rates.excessMs({ tenant, principal })
    if (excessMs === undefined) return
    throw new LoadError('RATE_LIMITED', 'too many requests in a short time', {
      retryAfterSeconds: Math.max(1, Math.ceil(excessMs / 1000)),
    })
  })
}

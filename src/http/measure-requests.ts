import type { Metrics } from '../telemetry/metrics.ts'
import type { HttpServer } from './route.ts'

/** Counts answers by route pattern, never by URL: a client must not be able to make series. */
export function measureRequests(app: HttpServer, metrics: Metrics): void {
  app.addHook('onResponse', async (request, reply) => {
    metrics.count('signals_http_responses_total', 'Answers by route and status.', {
      method: request.routeOptions.method?.toString() ?? 'none',
      route: request.routeOptions.url ?? 'none',
      status: String(reply.statusCode),
    })
  })
}

import type { Measures } from '../telemetry/measures.ts'
import type { HttpServer } from './route.ts'

export interface MeasureRequestsDeps {
  readonly measures: Pick<Measures, 'answered' | 'expectRefusals'>
  /** Every code that a client can read. */
  readonly problems: Readonly<Record<string, unknown>>
}

/** Measures answers by route pattern, never by URL: a client must not be able to make series. */
export function measureRequests(app: HttpServer, { measures, problems }: MeasureRequestsDeps): void {
  measures.expectRefusals(Object.keys(problems))
  app.addHook('onResponse', (request, reply, done) => {
    measures.answered({
      method: request.route.method?.toString() ?? 'none',
      route: request.route.url ?? 'none',
      status: reply.statusCode,
      seconds: reply.elapsedTime / 1000,
      bodyBytes: request.bodyBytes ?? 0,
      code: request.problemCode,
    })
    done()
  })
}

import { HttpError } from './http-errors.ts'
import type { HttpServer } from './route.ts'

/** Refuses a query that is no percent-encoded UTF-8: the parser would take it as it stands, and a subject would be named `%zz`. */
export function refuseBrokenQueries(app: HttpServer): void {
  app.addHook('preValidation', ({ url }, _reply, done) => {
    const start = url.indexOf('?')
    if (start === -1 || isEncoded(url.slice(start + 1))) return done()
    throw new HttpError('QUERY_INVALID', 'the query is not percent-encoded UTF-8')
  })
}

function isEncoded(query: string): boolean {
  try {
    decodeURIComponent(query)
    return true
  } catch {
    return false
  }
}

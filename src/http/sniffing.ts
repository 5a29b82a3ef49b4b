import type { HttpServer } from './route.ts'

/** What clients sent may come back to them: a browser must take it for what we say it is, and for nothing that it finds in it. */
export const noSniffing = { 'x-content-type-options': 'nosniff' } as const

export function forbidSniffing(app: HttpServer): void {
  app.addHook('onRequest', (_request, reply, done) => {
    reply.headers(noSniffing)
    done()
  })
}

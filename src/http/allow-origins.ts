import cors from '@fastify/cors'
import type { HttpServer } from './route.ts'

/** What a script needs of an answer besides its body; browsers show it no other header (Fetch, 3.3). */
const exposedHeaders = [
  'Accept-Ranges',
  'Allow',
  'Content-Range',
  'ETag',
  'Idempotent-Replay',
  'Location',
  'Preference-Applied',
  'Retry-After',
  'Signals-Pending',
  'WWW-Authenticate',
  'DPoP-Nonce',
  'X-Correlation-Id',
]

const preflightSeconds = 600

/**
 * Lets scripts of these origins read answers; without any, browsers show them to no other origin. A token is sent by the
 * script itself, so nothing that a browser adds on its own (cookies, certificates) is ever allowed. Call it before the guard is
 * added: a preflight carries no token.
 */
export async function allowOrigins(app: HttpServer, origins: readonly string[]): Promise<void> {
  if (origins.length === 0) return
  app.addHook('onRoute', (route) => {
    if (route.method === 'OPTIONS' && route.url === '*') route.config = { ...route.config, scope: 'none' }
  })
  await app.register(cors, {
    // Even of one origin a list: a text would be told to everybody.
    origin: [...origins],
    methods: ['GET', 'HEAD', 'POST', 'DELETE'],
    exposedHeaders,
    credentials: false,
    maxAge: preflightSeconds,
  })
}

import helmet from '@fastify/helmet'
import swaggerUi from '@fastify/swagger-ui'
import type { HttpServer } from './route.ts'

const routePrefix = '/docs'

/** Everything comes from here: a page that looked elsewhere would not work behind an air gap, and would tell who reads it. */
const contentSecurityPolicy = {
  useDefaults: false,
  directives: {
    'default-src': ["'self'"],
    'base-uri': ["'none'"],
    'connect-src': ["'self'"],
    'form-action': ["'none'"],
    'frame-ancestors': ["'none'"],
    'img-src': ["'self'", 'data:'],
    'object-src': ["'none'"],
    'script-src': ["'self'"],
    'style-src': ["'self'", "'unsafe-inline'"],
  },
}

/** The page's routes are a library's, and declare no scope; they are for everybody. Call it before the guard is added. */
export function openDocsPage(app: HttpServer): void {
  app.addHook('onRoute', (route) => {
    const isPage = route.url === routePrefix || route.url.startsWith(`${routePrefix}/`)
    if (isPage) route.config = { ...route.config, scope: 'none' }
  })
}

/** A page to read the OpenAPI document, and to try it, at `/docs`. Call it once the routes can be described. */
export async function serveDocsPage(app: HttpServer): Promise<void> {
  await app.register(async (page) => {
    await page.register(helmet, {
      contentSecurityPolicy,
      xFrameOptions: { action: 'deny' },
      // Whoever ends TLS in front of the service says whether there will always be any.
      strictTransportSecurity: false,
    })
    await page.register(swaggerUi, {
      routePrefix,
      // Its default asks a public server about the document.
      uiConfig: { validatorUrl: null, deepLinking: true, docExpansion: 'list' },
    })
  })
}

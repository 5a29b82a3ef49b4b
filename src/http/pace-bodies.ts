import { BodyPace, type PaceLimit } from './body-pace.ts'
import type { HttpServer } from './route.ts'

/** Gives every request a pace to keep. */
export function paceBodies(app: HttpServer, limit: PaceLimit): void {
  app.decorateRequest('bodyPace', undefined)
  app.addHook('onRequest', (request, _reply, done) => {
    request.bodyPace = new BodyPace(limit)
    done()
  })
}

import type { LargeUploads } from './large-uploads.ts'
import type { HttpServer } from './route.ts'

/** Gives every request of this scope a slot, and takes it back when it was answered or its client is gone. */
export function admitUploads(app: HttpServer, uploads: LargeUploads): void {
  if (!app.hasRequestDecorator('uploadSlot')) app.decorateRequest('uploadSlot', undefined)
  app.addHook('onRequest', async (request, reply) => {
    const slot = uploads.slot(request.tenant)
    request.uploadSlot = slot
    reply.raw.once('close', () => slot.close())
  })
  app.addHook('onResponse', async ({ uploadSlot }) => uploadSlot?.close())
}

import type { HttpServer } from './route.ts'

/**
 * After a refusal the client may still be sending. The rest is thrown away for a while, so that the answer is read before
 * the connection goes (closing with unread bytes resets it), but not for ever: that would be a free ride.
 */
export function discardUnreadBodies(app: HttpServer, { lingerMs }: { readonly lingerMs: number }): void {
  app.addHook('onResponse', ({ raw }, _reply, done) => {
    done()
    // Nothing comes any more: all was read, or the connection is gone.
    if (raw.complete || raw.readableEnded || raw.destroyed) return
    // A reader that gave up while it waited still listens, and keeps the stream from flowing.
    raw.removeAllListeners('readable')
    raw.resume()
    const timer = setTimeout(() => {
      // What Node itself threw away to its end tells no end; its connection may long be busy with the next request.
      if (!raw.complete) raw.destroy()
    }, lingerMs)
    raw.once('close', () => clearTimeout(timer))
    raw.once('end', () => clearTimeout(timer))
  })
}

import type { Socket } from 'node:net'
import type { HttpServer } from './route.ts'

/**
 * Ends, when the server closes, the connections on which nothing was ever said. Node takes these for busy, since a request
 * may be on its way; browsers and load balancers open them in advance, and one would hold up a stop for its whole grace.
 */
export function closeSilentConnections(app: HttpServer): void {
  const open = new Set<Socket>()
  const keep = (socket: Socket): void => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
  }
  app.server.on('connection', keep)
  // A handshake is not yet a word: within TLS bytes are counted anew.
  app.server.on('secureConnection', keep)
  app.addHook('preClose', async () => {
    for (const socket of open) if (socket.bytesRead === 0) socket.destroy()
  })
}

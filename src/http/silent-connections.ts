import type { Socket } from 'node:net'
import type { HttpServer } from './route.ts'

/**
 * Ends, when the server closes, the connections on which nothing was ever said. Node takes these for busy, since a request
 * may be on its way; browsers and load balancers open them in advance, and one would hold up a stop for its whole grace.
 */
export function closeSilentConnections(app: HttpServer): void {
  const open = new Set<Socket>()
  app.server.on('connection', (socket: Socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
  })
  app.addHook('preClose', async () => {
    for (const socket of open) if (socket.bytesRead === 0) socket.destroy()
  })
}

import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** Clients that take a connection each and give a byte a second for it, and come again when they are sent away. */
export class DrippingClients implements Disposable {
  readonly #port: number
  readonly #heads: readonly string[]
  readonly #sockets: Socket[] = []
  #timer: NodeJS.Timeout | undefined
  #next = 0
  #returned = 0

  /** One of the heads each, in turn: what follows drips. */
  private constructor(port: number, heads: readonly string[]) {
    this.#port = port
    this.#heads = heads
  }

  static async open(
    port: number,
    { count, heads }: { readonly count: number; readonly heads: readonly string[] },
  ): Promise<DrippingClients> {
    const clients = new DrippingClients(port, heads)
    await Promise.all(Array.from({ length: count }, (_, client) => clients.#enter(client)))
    // One after the other, so that the drips are no bursts.
    clients.#timer = setInterval(() => clients.#drip(), 1000 / count)
    return clients
  }

  /** How often one was sent away, and came again. */
  get returned(): number {
    return this.#returned
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
    for (const socket of this.#sockets) socket.destroy()
  }

  async #enter(client: number): Promise<void> {
    const socket = connect({ host: '127.0.0.1', port: this.#port })
    socket.on('error', () => undefined)
    socket.resume()
    this.#sockets[client] = socket
    await once(socket, 'connect')
    socket.write(this.#heads[client % this.#heads.length] ?? '')
  }

  /** A timer is late now and then: what it owes is made up for by the second. */
  #drip(): void {
    const client = this.#next
    this.#next = (client + 1) % this.#sockets.length
    const socket = this.#sockets[client]
    if (socket?.writable) socket.write('a')
    else {
      this.#returned += 1
      this.#enter(client).catch(() => undefined)
    }
  }
}

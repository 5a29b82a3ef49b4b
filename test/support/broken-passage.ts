import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

export interface BrokenPassage extends AsyncDisposable {
  readonly endpoint: string
  /** Called before each piece goes on to the server; what it answers is what happens to it. */
  onBytes: (bytesSoFar: number) => 'pass' | 'swallow' | 'cut'
  /** So many answers are cut off before their first byte. */
  answersToLose: number
  /** What comes from the server beyond these bytes is swallowed, and the connection stays open. */
  answerBytesLeft: number
}

/** A way to a server on loopback, on which things get lost: it knows bytes, and no protocol. */
export async function openBrokenPassage(endpoint: string): Promise<BrokenPassage> {
  const target = new URL(endpoint)
  const sockets = new Set<Socket>()
  let bytesSoFar = 0
  const passage: Omit<BrokenPassage, 'endpoint' | typeof Symbol.asyncDispose> = {
    onBytes: () => 'pass',
    answersToLose: 0,
    answerBytesLeft: Number.POSITIVE_INFINITY,
  }
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname)
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => sockets.delete(socket))
    }
    client.on('data', (piece) => {
      bytesSoFar += piece.byteLength
      const fate = passage.onBytes(bytesSoFar)
      if (fate === 'pass') upstream.write(piece)
      if (fate === 'cut') for (const socket of [client, upstream]) socket.destroy()
    })
    client.on('end', () => upstream.end())
    upstream.on('data', (piece) => {
      if (passage.answersToLose > 0) {
        passage.answersToLose -= 1
        client.destroy()
        upstream.destroy()
      } else if (passage.answerBytesLeft > 0) {
        passage.answerBytesLeft -= piece.byteLength
        client.write(piece)
      }
    })
    upstream.on('end', () => client.end())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return Object.assign(passage, {
    endpoint: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.close()
      for (const socket of sockets) socket.destroy()
      await once(server, 'close')
    },
  })
}

import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** An issuer's key set by URL, which answers as the test says. */
export interface KeySetServer extends AsyncDisposable {
  readonly url: string
  readonly asked: number
  answer: (response: ServerResponse) => void
}

export async function openKeySetServer(answer: KeySetServer['answer']): Promise<KeySetServer> {
  let asked = 0
  const server = createServer((_request, response) => {
    asked += 1
    handle.answer(response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const handle: KeySetServer = {
    url: `http://127.0.0.1:${port}/jwks.json`,
    get asked() {
      return asked
    },
    answer,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return handle
}

export function publishing(keySet: string): KeySetServer['answer'] {
  return (response) => response.writeHead(200, { 'content-type': 'application/jwk-set+json' }).end(keySet)
}

import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { MetricsRegistry } from './measures.ts'

export interface MetricsListener {
  readonly url: string
  close(): Promise<void>
}

/** `/metrics` on an address of its own: it needs no token, so it must not be where clients come. */
export async function listenForMetrics(
  registry: MetricsRegistry,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<MetricsListener> {
  const server = createServer((request, response) => {
    if (request.url !== '/metrics') return end(response, 404, 'nothing is here but /metrics\n')
    if (request.method !== 'GET' && request.method !== 'HEAD') return end(response, 405, 'use GET\n')
    registry.metrics().then(
      (text) => end(response, 200, text, registry.contentType),
      () => end(response, 500, 'the figures cannot be read\n'),
    )
  })
  server.listen({ host, port })
  await once(server, 'listening')
  const address = server.address()
  const boundPort = typeof address === 'object' && address !== null ? address.port : port
  const close = async (): Promise<void> => {
    if (!server.listening) return
    server.close()
    server.closeAllConnections()
    await once(server, 'close')
  }
  return { url: `http://${host.includes(':') ? `[${host}]` : host}:${boundPort}/metrics`, close }
}

function end(response: ServerResponse, status: number, text: string, type = 'text/plain'): void {
  response.writeHead(status, { 'content-type': type }).end(text)
}

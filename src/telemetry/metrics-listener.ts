import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { Metrics } from './metrics.ts'

export interface MetricsListener {
  readonly url: string
  close(): Promise<void>
}

/** `/metrics` on an address of its own: it needs no token, so it must not be where clients come. */
export async function listenForMetrics(
  metrics: Metrics,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<MetricsListener> {
  const server = createServer((request, response) => {
    if (request.url !== '/metrics') return end(response, 404, 'nothing is here but /metrics\n')
    if (request.method !== 'GET' && request.method !== 'HEAD') return end(response, 405, 'use GET\n')
    end(response, 200, metrics.text())
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

function end(response: ServerResponse, status: number, text: string): void {
  const type = status === 200 ? 'text/plain; version=0.0.4; charset=utf-8' : 'text/plain'
  response.writeHead(status, { 'content-type': type }).end(text)
}

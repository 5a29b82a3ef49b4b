import { once } from 'node:events'
import { type Agent, type ClientRequest, type IncomingMessage, request } from 'node:http'
import type { MadeRequest } from './make-request.ts'

export interface Answer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

/** What came of a request: an answer, a connection that ended without one, or nothing at all. */
export type Outcome =
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'closed'; readonly reason: string }
  | { readonly kind: 'hung' }

export interface SendingDeps {
  readonly url: string
  readonly agent: Agent
  /** How long an answer may take, beside what the request itself asks the service to wait. */
  readonly timeoutMs: number
}

/** Sends it, and waits for what comes: never longer than it may take. */
export async function sendRequest(deps: SendingDeps, made: MadeRequest): Promise<Outcome> {
  const signal = AbortSignal.timeout(deps.timeoutMs + preferredWaitMs(made))
  try {
    const outgoing = open(deps, made, signal)
    const response = once(outgoing, 'response', { signal })
    // It may come, or fail, before all was written.
    response.catch(() => undefined)
    sendBody(outgoing, made)
    const [incoming] = (await response) as [IncomingMessage]
    return { kind: 'answer', answer: await answerOf(incoming) }
  } catch (error) {
    if (signal.aborted) return { kind: 'hung' }
    return { kind: 'closed', reason: error instanceof Error ? error.message : String(error) }
  }
}

function open(
  { url, agent }: SendingDeps,
  { method, path, headers, body }: MadeRequest,
  signal: AbortSignal,
): ClientRequest {
  const { hostname, port } = new URL(url)
  const outgoing = request({ hostname, port, method, path, agent, signal, setDefaultHeaders: false })
  outgoing.setHeader('host', `${hostname}:${port}`)
  for (const [name, value] of headers) outgoing.appendHeader(name, value)
  if (body?.framing === 'counted') outgoing.setHeader('content-length', body.bytes.length)
  if (body?.framing === 'cut-short') outgoing.setHeader('content-length', body.bytes.length + 100)
  if (body?.framing === 'chunked') outgoing.setHeader('transfer-encoding', 'chunked')
  return outgoing
}

function sendBody(outgoing: ClientRequest, { body }: MadeRequest): void {
  if (body?.framing === 'cut-short') {
    outgoing.flushHeaders()
    // Nothing more comes on this connection, which can still be read from.
    outgoing.write(body.bytes, () => outgoing.socket?.end())
    return
  }
  outgoing.end(body?.bytes)
}

/** Of a stream that never ends its beginning. */
async function answerOf(incoming: IncomingMessage): Promise<Answer> {
  const { statusCode: status = 0, headers } = incoming
  const isEndless = headers['content-type'] === 'text/event-stream'
  const chunks: Buffer[] = []
  if (isEndless) incoming.destroy()
  else for await (const chunk of incoming) chunks.push(chunk as Buffer)
  return { status, headers, body: Buffer.concat(chunks) }
}

function preferredWaitMs({ headers }: MadeRequest): number {
  return headers.some(([name]) => name === 'prefer') ? 30_000 : 0
}

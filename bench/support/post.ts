import { Agent, type IncomingMessage, request } from 'node:http'
import { Readable } from 'node:stream'
import { json } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { setTimeout as pause } from 'node:timers/promises'

// A kept connection may be closed by its server while a round prepares the next body: each post opens its own.
const agent = new Agent({ keepAlive: false })

export interface Post {
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  /** A stream is sent in chunks, as it comes. */
  readonly body: Buffer | Iterable<Buffer>
}

export type Answer = Readonly<Record<string, unknown>>

/** Posts a body and gives the answer; anything but success stops the run, since a refusal is quick and proves nothing. */
export async function post({ url, headers = {}, body }: Post): Promise<Answer> {
  const outgoing = request(url, { method: 'POST', agent, headers: { ...headers, ...lengthOf(body) } })
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.once('response', resolve)
    // A server that refuses a body closes the connection, and writing to it may fail more than once.
    outgoing.on('error', reject)
  })
  const [response] = await Promise.all([answered, Buffer.isBuffer(body) ? outgoing.end(body) : sendAll(outgoing, body)])
  const answer: unknown = await json(response)
  if ((response.statusCode ?? 500) >= 300) throw new Error(`${url}: ${response.statusCode} ${JSON.stringify(answer)}`)
  if (typeof answer !== 'object' || answer === null) throw new Error(`${url}: not an object`)
  return { ...answer }
}

/** The same, waiting until the subject's fact holds what was posted. */
export async function postAndFold({ url, headers, body }: Post): Promise<Answer> {
  const answer = await post({ url, headers: { ...headers, prefer: 'wait=30' }, body })
  if (answer['fact'] === undefined) throw new Error(`${url}: no fact within 30 s`)
  return answer
}

export function jsonBody(value: unknown): Pick<Post, 'headers' | 'body'> {
  return { headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(value)) }
}

/** Until nothing of a subject is left to fold, so that what one round leaves behind does not slow the other side's. */
export async function settled(url: string, subjectKey: string): Promise<void> {
  for (;;) {
    const response = await fetch(`${url}/signals/facts/${encodeURIComponent(subjectKey)}`)
    await response.arrayBuffer()
    if (response.status === 200 && response.headers.get('signals-pending') === '0') return
    await pause(100)
  }
}

function lengthOf(body: Post['body']): Record<string, string> {
  return Buffer.isBuffer(body) ? { 'content-length': String(body.byteLength) } : {}
}

async function sendAll(outgoing: NodeJS.WritableStream, body: Iterable<Buffer>): Promise<void> {
  await pipeline(Readable.from(body), outgoing)
}

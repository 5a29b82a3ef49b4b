import { once } from 'node:events'
import { type ClientRequest, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'

export interface SlowAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** A request that the service has begun to answer, and whose body is still to come. */
export class SlowRequest {
  readonly #request: ClientRequest
  readonly #answer: Promise<SlowAnswer>

  private constructor(outgoing: ClientRequest) {
    this.#request = outgoing
    this.#answer = once(outgoing, 'response').then(async ([response]) => await answerOf(response))
    // Whoever breaks the connection on purpose does not wait for the answer.
    this.#answer.catch(() => undefined)
  }

  /** Resolves when the service has read the head: it says so (RFC 9110, 10.1.1) before it reads a body. */
  static async open(url: string, headers: Readonly<Record<string, string>> = {}): Promise<SlowRequest> {
    const outgoing = request(url, { method: 'POST', agent: false, headers: { ...headers, expect: '100-continue' } })
    outgoing.flushHeaders()
    const slow = new SlowRequest(outgoing)
    await once(outgoing, 'continue')
    return slow
  }

  write(part: string | Uint8Array): void {
    this.#request.write(part)
  }

  async finish(rest: string): Promise<SlowAnswer> {
    this.#request.end(rest)
    return await this.#answer
  }

  /** Rejects when the connection breaks before there is an answer. */
  get answer(): Promise<SlowAnswer> {
    return this.#answer
  }
}

async function answerOf(response: IncomingMessage): Promise<SlowAnswer> {
  return { status: response.statusCode ?? 0, headers: response.headers, body: await text(response) }
}

import type { FactUpdated } from '../../src/events/fact-updated.ts'

/** A tenant's event stream, followed from its beginning as a client would. */
export class EventFollower implements AsyncDisposable {
  readonly events: FactUpdated[] = []
  /** Resolves when the service ends the stream in order; rejects when the connection breaks. */
  readonly ended: Promise<void>
  readonly #connection: AbortController
  #hasEnded = false
  #wake: () => void = () => undefined

  private constructor(connection: AbortController, body: ReadableStream<Uint8Array>) {
    this.#connection = connection
    this.ended = this.#read(body)
    // Whoever does not care how the stream ended does not wait for it.
    this.ended.catch(() => undefined)
  }

  static async open(url: string, headers: Readonly<Record<string, string>> = {}): Promise<EventFollower> {
    const connection = new AbortController()
    const response = await fetch(`${url}/signals/events`, {
      headers: { accept: 'text/event-stream', ...headers },
      signal: connection.signal,
    })
    if (!response.ok || !response.body) throw new Error(`${response.status}: ${await response.text()}`)
    return new EventFollower(connection, response.body)
  }

  /** The subject's events, each once, when `isEnough` of them are there. */
  async until(subject: string, isEnough: (events: readonly FactUpdated[]) => boolean): Promise<readonly FactUpdated[]> {
    for (;;) {
      const own = this.events.filter(({ subject_key }) => subject_key === subject)
      const distinct = [...new Map(own.map((event) => [event.event_id, event])).values()]
      if (isEnough(distinct)) return distinct
      if (this.#hasEnded) throw new Error(`the stream ended after ${this.events.length} events`)
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#connection.abort()
    await this.ended.catch(() => undefined)
  }

  async #read(body: ReadableStream<Uint8Array>): Promise<void> {
    try {
      let text = ''
      for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
        const messages = `${text}${chunk}`.split('\n\n')
        text = messages.pop() ?? ''
        this.events.push(...messages.flatMap(eventsOf))
        this.#wake()
      }
    } finally {
      this.#hasEnded = true
      this.#wake()
    }
  }
}

/** Comments have no data. */
function eventsOf(message: string): FactUpdated[] {
  const [data] = message.split('\n').filter((line) => line.startsWith('data: '))
  return data === undefined ? [] : [JSON.parse(data.slice('data: '.length)) as FactUpdated]
}

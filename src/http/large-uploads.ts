import { HttpError } from './http-errors.ts'

/** Up to here a body costs little memory, and nobody has to wait for another's. */
const largeBytes = 1024 * 1024

/** How many large bodies may be taken in at once: memory, disk and cores are there for so many and no more. */
export class LargeUploads {
  readonly #maxAtOnce: number
  #running = 0

  constructor(maxAtOnce: number) {
    this.#maxAtOnce = maxAtOnce
  }

  slot(): UploadSlot {
    return new UploadSlot({ enter: () => this.#enter(), leave: () => this.#leave() })
  }

  #enter(): void {
    if (this.#running >= this.#maxAtOnce) {
      throw new HttpError('UPLOADS_EXHAUSTED', `at most ${this.#maxAtOnce} large uploads at once`, {
        retryAfterSeconds: 2,
      })
    }
    this.#running += 1
  }

  #leave(): void {
    this.#running -= 1
  }
}

/** The place of one request: taken once its body turns out to be large, and given back when the request is over. */
export class UploadSlot {
  readonly #gate: { readonly enter: () => void; readonly leave: () => void }
  #state: 'free' | 'taken' | 'closed' = 'free'

  constructor(gate: { readonly enter: () => void; readonly leave: () => void }) {
    this.#gate = gate
  }

  /** The same bytes. What counts is inflated: a small body may become a large one. */
  async *admit(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    let length = 0
    for await (const chunk of body) {
      length += chunk.length
      if (length > largeBytes) this.#take()
      yield chunk
    }
  }

  close(): void {
    if (this.#state === 'taken') this.#gate.leave()
    this.#state = 'closed'
  }

  #take(): void {
    if (this.#state !== 'free') return
    this.#gate.enter()
    this.#state = 'taken'
  }
}

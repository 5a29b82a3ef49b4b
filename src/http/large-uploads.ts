import type { Tenant } from '../identifiers/tenant.ts'
import { type PlaceLimits, Places } from '../load/places.ts'
import { HttpError } from './http-errors.ts'

/** Up to here a body costs little memory, and nobody has to wait for another's. */
const largeBytes = 1024 * 1024

/** How many large bodies may be taken in at once: memory, disk and cores are there for so many and no more. */
export class LargeUploads {
  readonly #limits: PlaceLimits
  readonly #places: Places

  constructor(limits: PlaceLimits) {
    this.#limits = limits
    this.#places = new Places(limits)
  }

  get running(): number {
    return this.#places.taken
  }

  slot(tenant: Tenant): UploadSlot {
    return new UploadSlot(() => this.#enter(tenant))
  }

  #enter(tenant: Tenant): () => void {
    const leave = this.#places.take(tenant)
    if (leave) return leave
    throw new HttpError('UPLOADS_EXHAUSTED', `at most ${this.#limits.atOnce} large uploads at once`, {
      retryAfterSeconds: 2,
    })
  }
}

/** The place of one request: taken once its body turns out to be large, and given back when the request is over. */
export class UploadSlot {
  readonly #enter: () => () => void
  #leave: (() => void) | undefined
  #isClosed = false

  constructor(enter: () => () => void) {
    this.#enter = enter
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
    this.#leave?.()
    this.#isClosed = true
  }

  #take(): void {
    if (this.#leave || this.#isClosed) return
    this.#leave = this.#enter()
  }
}

import { LoadError } from './load-errors.ts'

/** `ingest` needs room on disk, `expensive` does not; both need memory and an event loop that keeps up. */
export type Work = 'ingest' | 'expensive'

export interface PressureDeps {
  readonly limits: { readonly memoryBytes: number; readonly eventLoopDelayMs: number }
  readonly residentBytes: () => number
  readonly eventLoopDelay: { readonly milliseconds: number }
  readonly disk: { readonly roomBytes: number }
}

/** From here on the rest belongs to the work that has begun. */
const shareForNewWork = 0.75

/** Refuses work, for a while, before there is trouble with memory, disk or the event loop. Cheap reads are never asked about. */
export class Pressure {
  readonly #deps: PressureDeps

  constructor(deps: PressureDeps) {
    this.#deps = deps
  }

  /** Throws when `work` cannot begin now; `running` is how much of any kind has begun and not ended. */
  admit(work: Work, running: number): void {
    const { limits, residentBytes, eventLoopDelay, disk } = this.#deps
    if (work === 'ingest' && disk.roomBytes <= 0) {
      throw new LoadError('DISK_SHORT', 'there is no room on disk to spare', { retryAfterSeconds: 30 })
    }
    if (eventLoopDelay.milliseconds > limits.eventLoopDelayMs) {
      throw new LoadError('SERVICE_BUSY', 'the event loop is late', { retryAfterSeconds: 2 })
    }
    // Memory that was used once is not always given back: alone, a request may begin, or there would be no way out.
    if (running > 0 && residentBytes() > limits.memoryBytes * shareForNewWork) {
      throw new LoadError('MEMORY_SHORT', 'there is no memory to spare', { retryAfterSeconds: 5 })
    }
  }
}

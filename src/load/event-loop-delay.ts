import { monitorEventLoopDelay } from 'node:perf_hooks'

const resolutionMs = 10
const sampleMs = 1_000

/** How late the event loop comes to what is due: the mean of the last whole second. */
export class EventLoopDelay {
  readonly #histogram = monitorEventLoopDelay({ resolution: resolutionMs })
  readonly #interval: NodeJS.Timeout
  #milliseconds = 0

  constructor() {
    this.#histogram.enable()
    this.#interval = setInterval(() => this.#sample(), sampleMs)
    this.#interval.unref()
  }

  get milliseconds(): number {
    return this.#milliseconds
  }

  close(): void {
    clearInterval(this.#interval)
    this.#histogram.disable()
  }

  #sample(): void {
    const { mean, count } = this.#histogram
    this.#histogram.reset()
    // Nothing was counted: it came to nothing at all for a second.
    this.#milliseconds = count === 0 ? sampleMs : Math.max(0, mean / 1e6 - resolutionMs)
  }
}

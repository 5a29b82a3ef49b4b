import type { Clock } from '../lib/clock.ts'
import { systemTimer, type Timer } from '../lib/timer.ts'
import { HttpError } from './http-errors.ts'

/** How slowly a body may come: on average, and apart from a while in which nothing has to. */
export interface PaceLimit {
  readonly graceMs: number
  readonly bytesPerSecond: number
}

interface Time {
  readonly timer: Timer
  /** Need not tell the time of day, only how much has passed. */
  readonly clock: Clock
}

const systemTime: Time = { timer: systemTimer, clock: () => performance.now() }

/** What one client has made us wait. The time that we take ourselves, for a slow disk say, is not held against it. */
export class BodyPace {
  readonly #limit: PaceLimit
  readonly #time: Time
  #leftMs: number

  constructor(limit: PaceLimit, time: Time = systemTime) {
    this.#limit = limit
    this.#time = time
    this.#leftMs = limit.graceMs
  }

  /** The next piece of a body, or `BODY_TOO_SLOW` when it is not there in time. */
  async next(coming: Promise<IteratorResult<Buffer>>): Promise<IteratorResult<Buffer>> {
    const { timer, clock } = this.#time
    const start = clock()
    const late = Promise.withResolvers<never>()
    const cancel = timer(Math.max(0, this.#leftMs), () => late.reject(tooSlow(this.#limit)))
    try {
      const piece = await Promise.race([coming, late.promise])
      const earnedMs = piece.done === true ? 0 : (piece.value.length / this.#limit.bytesPerSecond) * 1000
      this.#leftMs += earnedMs - (clock() - start)
      return piece
    } finally {
      cancel()
    }
  }
}

function tooSlow({ graceMs, bytesPerSecond }: PaceLimit): HttpError {
  const seconds = Math.ceil(graceMs / 1000)
  return new HttpError('BODY_TOO_SLOW', `after ${seconds} s a body brings ${bytesPerSecond} bytes a second or more`)
}

import type { PendingSubject } from '../evidence/evidence-queue.ts'
import type { Clock } from '../lib/clock.ts'
import type { Timer } from '../lib/timer.ts'
import type { FoldOutcome } from './fold.ts'
import { FoldRests } from './fold-rests.ts'

export interface FoldSchedulerDeps {
  readonly fold: (subject: PendingSubject) => Promise<FoldOutcome>
  readonly onError: (subject: PendingSubject, error: unknown) => void
  readonly concurrency: number
  /** Before a subject that was busy, blocked or failed is tried again. */
  readonly retryMs: number
  readonly clock: Clock
  readonly timer: Timer
}

/**
 * One fold a subject at a time, a few subjects at once; a request during a fold makes one more fold, never a queue of them. A
 * subject rests after its fold (`FoldRests`), unless somebody waits for it.
 */
export class FoldScheduler {
  readonly #deps: FoldSchedulerDeps
  readonly #waiting = new Map<string, PendingSubject>()
  readonly #running = new Map<string, Promise<void>>()
  readonly #retries = new Map<string, () => void>()
  readonly #awaited = new Set<string>()
  readonly #rests: FoldRests
  #isClosed = false

  constructor(deps: FoldSchedulerDeps) {
    this.#deps = deps
    this.#rests = new FoldRests({ ...deps, request: (subject) => this.request(subject) })
  }

  /** Subjects whose fold has not begun, though it could if there was room. */
  get waiting(): number {
    return this.#waiting.size
  }

  request(subject: PendingSubject): void {
    if (this.#isClosed) return
    this.#waiting.set(keyOf(subject), subject)
    this.#startNext()
  }

  /** Resolves when a fold that began after this call has ended, whatever came of it. */
  async folded(subject: PendingSubject): Promise<void> {
    const key = keyOf(subject)
    this.#awaited.add(key)
    this.request(subject)
    // What runs now may have begun before this call: only one that was taken from those that wait is the one meant.
    while (this.#waiting.has(key) && !this.#isClosed) await Promise.race(this.#running.values())
    await this.#running.get(key)
  }

  /** Resolves when nothing runs; what is timed for later does not count. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running.values())
  }

  /** Resolves when nothing runs and nothing is held back, which is folded at once, as for somebody who waits. */
  async settled(): Promise<void> {
    await this.idle()
    for (let held = this.#rests.held(); held.length > 0; held = this.#rests.held()) {
      await Promise.all(held.map((subject) => this.folded(subject)))
      await this.idle()
    }
  }

  /** Lets running folds end and starts no more: what waits is in the queue, and durable. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#waiting.clear()
    for (const cancel of this.#retries.values()) cancel()
    await Promise.all(this.#running.values())
    this.#rests.close()
  }

  #startNext(): void {
    for (const [key, subject] of this.#waiting) {
      if (this.#running.size >= this.#deps.concurrency) return
      if (this.#running.has(key)) continue
      this.#waiting.delete(key)
      if (!this.#awaited.delete(key) && this.#rests.holdBack(key, subject)) continue
      this.#running.set(key, this.#run(key, subject))
    }
  }

  async #run(key: string, subject: PendingSubject): Promise<void> {
    const beganMs = this.#deps.clock()
    try {
      const outcome = await this.#deps.fold(subject)
      if (outcome === 'settled') this.#rests.begin(key, beganMs)
      else this.#retryLater(key, subject)
    } catch (error) {
      this.#deps.onError(subject, error)
      this.#retryLater(key, subject)
    } finally {
      this.#running.delete(key)
      this.#startNext()
    }
  }

  #retryLater(key: string, subject: PendingSubject): void {
    if (this.#isClosed || this.#retries.has(key)) return
    const cancel = this.#deps.timer(this.#deps.retryMs, () => {
      this.#retries.delete(key)
      this.request(subject)
    })
    this.#retries.set(key, cancel)
  }
}

function keyOf({ tenant, subjectKey }: PendingSubject): string {
  return `${tenant}\0${subjectKey}`
}

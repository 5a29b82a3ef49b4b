import type { PendingSubject } from '../evidence/evidence-queue.ts'
import type { FoldOutcome } from './fold.ts'

export interface FoldSchedulerDeps {
  readonly fold: (subject: PendingSubject) => Promise<FoldOutcome>
  readonly onError: (subject: PendingSubject, error: unknown) => void
  readonly concurrency: number
  /** Before a subject that was busy, blocked or failed is tried again. */
  readonly retryMs: number
}

/** One fold a subject at a time, a few subjects at once; a request during a fold makes one more fold, never a queue of them. */
export class FoldScheduler {
  readonly #deps: FoldSchedulerDeps
  readonly #waiting = new Map<string, PendingSubject>()
  readonly #running = new Map<string, Promise<void>>()
  readonly #retries = new Map<string, NodeJS.Timeout>()
  #isClosed = false

  constructor(deps: FoldSchedulerDeps) {
    this.#deps = deps
  }

  /** Subjects whose fold has not begun. */
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
    this.request(subject)
    // What runs now may have begun before this call: only one that was taken from those that wait is the one meant.
    while (this.#waiting.has(key) && !this.#isClosed) await Promise.race(this.#running.values())
    await this.#running.get(key)
  }

  /** Resolves when nothing waits and nothing runs; retries that are timed for later do not count. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running.values())
  }

  /** Lets running folds end and starts no more: what waits is in the queue, and durable. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#waiting.clear()
    for (const timer of this.#retries.values()) clearTimeout(timer)
    await Promise.all(this.#running.values())
  }

  #startNext(): void {
    for (const [key, subject] of this.#waiting) {
      if (this.#running.size >= this.#deps.concurrency) return
      if (this.#running.has(key)) continue
      this.#waiting.delete(key)
      this.#running.set(key, this.#run(key, subject))
    }
  }

  async #run(key: string, subject: PendingSubject): Promise<void> {
    try {
      const outcome = await this.#deps.fold(subject)
      if (outcome !== 'settled') this.#retryLater(key, subject)
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
    const timer = setTimeout(() => {
      this.#retries.delete(key)
      this.request(subject)
    }, this.#deps.retryMs)
    this.#retries.set(key, timer)
  }
}

function keyOf({ tenant, subjectKey }: PendingSubject): string {
  return `${tenant}\0${subjectKey}`
}

import type { EvidenceQueue, PendingSubject } from '../evidence/evidence-queue.ts'
import { type Clock, timestampOf } from '../lib/clock.ts'
import type { Timer } from '../lib/timer.ts'

export interface FoldSweeperDeps {
  readonly queue: Pick<EvidenceQueue, 'pendingSubjects'>
  readonly request: (subject: PendingSubject) => void
  readonly onError: (error: unknown) => void
  readonly clock: Clock
  readonly timer: Timer
  readonly everyMs: number
  /** Between 0 and 1: spreads the sweeps of replicas that were started together. */
  readonly jitter: () => number
}

const subjectsPerSweep = 1000

/** Finds subjects whose evidence nobody folds: their process died after it had acknowledged. */
export class FoldSweeper {
  readonly #deps: FoldSweeperDeps
  #cancel: () => void = () => undefined
  #running: Promise<void> = Promise.resolve()
  #isClosed = false

  constructor(deps: FoldSweeperDeps) {
    this.#deps = deps
  }

  /** Sweeps at once, for what an earlier process left behind, and then regularly. */
  start(): void {
    this.#running = this.#sweep(timestampOf(this.#deps.clock()))
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#cancel()
    await this.#running
  }

  async #sweep(receivedBefore: string): Promise<void> {
    const { queue, request, onError } = this.#deps
    try {
      for (const subject of await queue.pendingSubjects(receivedBefore, subjectsPerSweep)) request(subject)
    } catch (error) {
      onError(error)
    }
    this.#later()
  }

  /** What arrived since the last sweep is its own process's to fold, as long as that lives. */
  #later(): void {
    if (this.#isClosed) return
    const { clock, timer, everyMs, jitter } = this.#deps
    const receivedBefore = timestampOf(clock())
    this.#cancel = timer(everyMs * (0.75 + jitter() / 2), () => {
      this.#running = this.#sweep(receivedBefore)
    })
  }
}

import type { PendingSubject } from '../evidence/evidence-queue.ts'
import type { Clock } from '../lib/clock.ts'
import type { Timer } from '../lib/timer.ts'
import type { FactRepository } from './fact-repository.ts'

export interface FoldLeaseDeps {
  readonly facts: Pick<FactRepository, 'lease' | 'release'>
  readonly clock: Clock
  readonly timer: Timer
  /** Names this process in leases. */
  readonly owner: string
  readonly limits: { readonly leaseMs: number }
}

/**
 * Runs a fold under the subject's lease; `busy` while another replica holds it. A lease is short and renewed while the fold
 * runs: however long folds take, one whose process died holds its subject up for no longer than that.
 */
export async function underLease<Outcome>(
  deps: FoldLeaseDeps,
  { tenant, subjectKey }: PendingSubject,
  fold: () => Promise<Outcome>,
): Promise<Outcome | 'busy'> {
  const { facts, clock, owner, limits } = deps
  const take = (): Promise<boolean> => facts.lease(tenant, subjectKey, owner, clock() + limits.leaseMs, clock())
  if (!(await take())) return 'busy'
  const renewal = new Renewal(deps, take)
  try {
    return await fold()
  } finally {
    await renewal.end()
    await facts.release(tenant, subjectKey, owner)
  }
}

/** Takes the lease again and again. A renewal that fails costs repeated work at the most, so nobody is told. */
class Renewal {
  readonly #deps: FoldLeaseDeps
  readonly #take: () => Promise<boolean>
  #cancel: () => void = () => undefined
  #running: Promise<unknown> = Promise.resolve()
  #hasEnded = false

  constructor(deps: FoldLeaseDeps, take: () => Promise<boolean>) {
    this.#deps = deps
    this.#take = take
    this.#later()
  }

  /** Resolves when no renewal is on its way: one that came behind the release would hold the subject up. */
  async end(): Promise<void> {
    this.#hasEnded = true
    this.#cancel()
    await this.#running
  }

  #later(): void {
    if (this.#hasEnded) return
    this.#cancel = this.#deps.timer(this.#deps.limits.leaseMs / 4, () => {
      this.#running = this.#take()
        .catch(() => undefined)
        .finally(() => this.#later())
    })
  }
}

import type { Clock } from '../../lib/clock.ts'
import { replayCacheUnavailable } from '../auth-errors.ts'
import { rememberedMs, type SeenProofs } from './seen-proofs.ts'

export interface MemorySeenProofsDeps {
  readonly clock: Clock
  /** Beyond it new proofs are refused: to forget one that is good would let it be used again. */
  readonly maxProofs?: number
}

/** About 100 MB, and 6,600 requests a second for as long as each is remembered. */
const defaultMaxProofs = 1_000_000

/** Of one process. */
export class MemorySeenProofs implements SeenProofs {
  /** Until when, in the order in which they came, which is that in which they may be forgotten. */
  readonly #until = new Map<string, number>()
  readonly #clock: Clock
  readonly #maxProofs: number

  constructor({ clock, maxProofs = defaultMaxProofs }: MemorySeenProofsDeps) {
    this.#clock = clock
    this.#maxProofs = maxProofs
  }

  async isFirst(proofId: string): Promise<boolean> {
    const now = this.#clock()
    this.#forgetUntil(now)
    if (this.#until.has(proofId)) return false
    if (this.#until.size >= this.#maxProofs) throw replayCacheUnavailable()
    this.#until.set(proofId, now + rememberedMs)
    return true
  }

  #forgetUntil(now: number): void {
    for (const [proofId, until] of this.#until) {
      if (until > now) return
      this.#until.delete(proofId)
    }
  }
}

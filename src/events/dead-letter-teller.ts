import type { Logger } from 'pino'
import type { Tenant } from '../identifiers/tenant.ts'
import { backoffMs } from '../lib/backoff.ts'
import type { Timer } from '../lib/timer.ts'
import type { DeadLetter, DeadLetters } from './dead-letters.ts'

export interface DeadLetterTellerDeps {
  readonly deadLetters: Pick<DeadLetters, 'untold' | 'markTold'>
  readonly tell: (letter: DeadLetter) => Promise<void>
  readonly logger: Pick<Logger, 'warn'>
  readonly timer: Timer
}

const lettersPerLook = 50
const backoff = { baseMs: 1_000, maxMs: 60_000 }

/** Tells the dead-letter stream of letters that are in the store, in their order, as soon as it takes them: at least once. */
export class DeadLetterTeller {
  readonly #deps: DeadLetterTellerDeps
  #running: Promise<void> | undefined
  #isWanted = false
  #isClosed = false
  #failures = 0
  #cancelTimer: () => void = () => undefined

  constructor(deps: DeadLetterTellerDeps) {
    this.#deps = deps
  }

  wake(): void {
    if (this.#isClosed) return
    this.#isWanted = true
    this.#running ??= this.#run()
  }

  /** Resolves when no telling is going on; what failed may still wait for its next try. */
  async idle(): Promise<void> {
    await this.#running
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.idle()
    this.#cancelTimer()
  }

  async #run(): Promise<void> {
    this.#cancelTimer()
    try {
      while (this.#isWanted && !this.#isClosed) {
        this.#isWanted = await this.#tellSome()
        this.#failures = 0
      }
    } catch (error) {
      this.#failures += 1
      this.#deps.logger.warn({ err: error, failures: this.#failures }, 'dead letters could not be told of yet')
      this.#tryLater()
    } finally {
      this.#running = undefined
    }
  }

  /** True when there may be more. */
  async #tellSome(): Promise<boolean> {
    this.#isWanted = false
    const letters = await this.#deps.deadLetters.untold(lettersPerLook)
    for (const letter of letters) {
      await this.#deps.tell(letter)
      const { tenant, event_id } = letter.event
      // A fact's tenant was checked when its evidence came.
      await this.#deps.deadLetters.markTold(tenant as Tenant, event_id)
    }
    return this.#isWanted || letters.length > 0
  }

  #tryLater(): void {
    if (this.#isClosed) return
    this.#cancelTimer = this.#deps.timer(backoffMs(backoff, this.#failures), () => this.wake())
  }
}

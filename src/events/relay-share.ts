import { type Clock, timestampOf } from '../lib/clock.ts'
import type { WaitingSubject } from './outbox.ts'

export type SavedSubject = Pick<WaitingSubject, 'tenant' | 'subjectKey'>

export interface RelayShareDeps {
  readonly clock: Clock
  /** After so long nobody asks any more whose events they are. */
  readonly patienceMs: number
}

/**
 * Which of the events that wait this process brings away: those of its own folds at once, others only when they have
 * waited so long that whoever saved them seems to be gone. Replicas so do not repeat each other's work; correctness
 * never rests on it.
 */
export class RelayShare {
  readonly #deps: RelayShareDeps
  readonly #own = new Set<string>()
  #isAll = false
  #isAllNext = false

  constructor(deps: RelayShareDeps) {
    this.#deps = deps
  }

  add(subject: SavedSubject): void {
    this.#own.add(keyOf(subject))
  }

  /** Whatever waits, from the next beginning to the one after it. */
  addAll(): void {
    this.#isAllNext = true
  }

  begin(): void {
    this.#isAll = this.#isAllNext
    this.#isAllNext = false
  }

  has(waiting: WaitingSubject): boolean {
    const { clock, patienceMs } = this.#deps
    if (this.#isAll || this.#own.has(keyOf(waiting))) return true
    return waiting.oldestEventAt <= timestampOf(clock() - patienceMs)
  }

  /** Before its events are read: what is saved afterwards is added anew. */
  take(waiting: SavedSubject): void {
    this.#own.delete(keyOf(waiting))
  }

  /** To be asked before a listing, and called with what it listed: of what was there before, the rest waits no more. */
  forgetOthers(): (listed: ReadonlySet<string>) => void {
    const before = [...this.#own]
    return (listed) => {
      for (const key of before) if (!listed.has(key)) this.#own.delete(key)
    }
  }
}

export function keyOf({ tenant, subjectKey }: SavedSubject): string {
  return `${tenant}\0${subjectKey}`
}

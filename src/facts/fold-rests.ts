import type { PendingSubject } from '../evidence/evidence-queue.ts'
import type { Clock } from '../lib/clock.ts'
import type { Timer } from '../lib/timer.ts'

export interface FoldRestDeps {
  readonly clock: Clock
  readonly timer: Timer
  /** Told of a subject that was held back, when it may be folded again. */
  readonly request: (subject: PendingSubject) => void
}

interface Rest {
  readonly cancel: () => void
  held?: PendingSubject
}

/** A rest is three times as long as the fold was, so that no subject keeps a thread for more than a quarter of the time. */
const timesTheFold = 3
/** What came while a subject was folded and rested is so old at the most when its own fold begins, besides the time of the first fold. */
export const longestRestMs = 5_000
/** Folds that are this short gain nothing from being fewer. */
const shortestRestMs = 50

/**
 * Subjects that were folded a moment ago. While bodies of a large subject keep coming, each fold would find one or two of them, and
 * fold most of the subject's chunks again: after a rest one fold takes them all.
 */
export class FoldRests {
  readonly #deps: FoldRestDeps
  readonly #rests = new Map<string, Rest>()

  constructor(deps: FoldRestDeps) {
    this.#deps = deps
  }

  /** False where the subject does not rest. */
  holdBack(key: string, subject: PendingSubject): boolean {
    const rest = this.#rests.get(key)
    if (rest) rest.held = subject
    return rest !== undefined
  }

  /** The subjects that are to be folded when their rest ends. */
  held(): PendingSubject[] {
    return [...this.#rests.values()].flatMap(({ held }) => held ?? [])
  }

  /** Of a subject whose fold has just ended: all that was held back before is in it. */
  begin(key: string, foldBeganMs: number): void {
    const { clock, timer } = this.#deps
    this.#rests.get(key)?.cancel()
    this.#rests.delete(key)
    const restMs = Math.min(timesTheFold * (clock() - foldBeganMs), longestRestMs)
    if (restMs >= shortestRestMs) this.#rests.set(key, { cancel: timer(restMs, () => this.#end(key)) })
  }

  close(): void {
    for (const { cancel } of this.#rests.values()) cancel()
    this.#rests.clear()
  }

  #end(key: string): void {
    const held = this.#rests.get(key)?.held
    this.#rests.delete(key)
    if (held) this.#deps.request(held)
  }
}

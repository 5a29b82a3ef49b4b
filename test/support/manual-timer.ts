import type { Clock } from '../../src/lib/clock.ts'
import type { Timer } from '../../src/lib/timer.ts'

/** Time that passes only when a test says so; what falls due runs in order. */
export class ManualTime {
  #nowMs = Date.UTC(2026, 10, 20, 12)
  readonly #due = new Set<{ readonly atMs: number; readonly run: () => void }>()

  readonly clock: Clock = () => this.#nowMs

  readonly timer: Timer = (delayMs, run) => {
    const entry = { atMs: this.#nowMs + delayMs, run }
    this.#due.add(entry)
    return () => this.#due.delete(entry)
  }

  /** How many things wait for their time. */
  get waiting(): number {
    return this.#due.size
  }

  pass(milliseconds: number): void {
    this.#nowMs += milliseconds
    const due = [...this.#due].filter(({ atMs }) => atMs <= this.#nowMs).sort((left, right) => left.atMs - right.atMs)
    for (const entry of due) {
      if (this.#due.delete(entry)) entry.run()
    }
  }
}

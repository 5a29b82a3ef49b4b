import type { Violation } from '../errors.ts'
import type { RefusedLine } from '../evidence/evidence.ts'

const maxListed = 1000
const maxTextLength = 256

/** The refused lines of a batch: all counted, the first 1,000 kept with the beginning of their text. */
export class RefusedLines {
  #total = 0
  readonly #lines: RefusedLine[] = []
  readonly #violations: Violation[] = []

  get total(): number {
    return this.#total
  }

  get lines(): readonly RefusedLine[] {
    return this.#lines
  }

  /** What a request is told when nothing of it is kept. */
  get violations(): readonly Violation[] {
    return this.#violations
  }

  add(violation: Violation, text: string): void {
    this.#total += 1
    if (this.#lines.length >= maxListed) return
    this.#violations.push(violation)
    this.#lines.push({
      line: violation.line ?? 0,
      byteOffset: violation.byteOffset ?? 0,
      code: violation.code,
      message: violation.message,
      // Half a surrogate pair at the cut would have no canonical form.
      text: text.slice(0, maxTextLength).toWellFormed(),
    })
  }
}

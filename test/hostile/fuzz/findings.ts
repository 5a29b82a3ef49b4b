import type { Finding, Flaw } from './finding.ts'

/** Each kind of flaw once, in the smallest request that shows it. */
export class Findings {
  readonly #found = new Map<string, Finding>()

  isKnown(operation: string, flaw: Flaw): boolean {
    return this.#found.has(keyOf(operation, flaw))
  }

  /** The first of its kind, or a smaller one. */
  add(finding: Omit<Finding, 'timesSeen'>): void {
    const key = keyOf(finding.operation, finding)
    this.#found.set(key, { ...finding, timesSeen: (this.#found.get(key)?.timesSeen ?? 0) + 1 })
  }

  seenAgain(operation: string, flaw: Flaw): void {
    const known = this.#found.get(keyOf(operation, flaw))
    if (known) this.#found.set(keyOf(operation, flaw), { ...known, timesSeen: known.timesSeen + 1 })
  }

  get all(): readonly Finding[] {
    return [...this.#found.values()]
  }
}

function keyOf(operation: string, { kind, what }: Flaw): string {
  return `${operation}\n${kind}\n${what}`
}

export function isSameFlaw(one: Flaw, other: Flaw): boolean {
  return one.kind === other.kind && one.what === other.what
}

/** What a person needs to see it for themselves. */
export function told({ operation, kind, what, detail, curl, answer, seed, timesSeen }: Finding): string {
  return [`${operation}: ${kind}: ${what} (seed ${seed}, seen ${timesSeen} times)`, detail, curl, answer]
    .filter((line) => line !== '')
    .join('\n    ')
}

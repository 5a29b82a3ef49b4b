/** How often each operation was asked, and what it answered. */
export class Tally {
  readonly #counts = new Map<string, Map<string, number>>()
  #total = 0

  add(operation: string, answered: string): void {
    this.#total += 1
    const ofOperation = this.#counts.get(operation) ?? new Map<string, number>()
    this.#counts.set(operation, ofOperation)
    ofOperation.set(answered, (ofOperation.get(answered) ?? 0) + 1)
  }

  requestsTo(operation: string): number {
    return [...(this.#counts.get(operation)?.values() ?? [])].reduce((sum, count) => sum + count, 0)
  }

  answersOf(operation: string): ReadonlyMap<string, number> {
    return this.#counts.get(operation) ?? new Map()
  }

  get total(): number {
    return this.#total
  }

  /** A line an operation, with the most frequent answer first. */
  lines(): string[] {
    return [...this.#counts].sort(byName).map(([operation, answers]) => {
      const told = [...answers]
        .sort((one, other) => other[1] - one[1])
        .map(([answered, count]) => `${answered}×${count}`)
      return `${operation.padEnd(26)} ${String(this.requestsTo(operation)).padStart(7)}  ${told.join('  ')}`
    })
  }
}

function byName([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1
}

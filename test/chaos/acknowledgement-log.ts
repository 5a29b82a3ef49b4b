import type { PlannedBatch } from './planned-batches.ts'

/** A batch that the client was told is durable, and what it was told each time it asked. */
export interface Acknowledged {
  readonly batch: PlannedBatch
  readonly receiptIds: string[]
}

/** The client's own witness: what it sent, what it was answered, and nothing that the service says of itself. */
export class AcknowledgementLog {
  readonly acknowledged = new Map<string, Acknowledged>()
  /** Answers after which a batch was sent again, by what they were. */
  readonly refusals = new Map<string, number>()
  /** Answers that no client should ever get. */
  readonly unexpected: string[] = []
  #redelivered = 0
  #refused = 0
  readonly #waiting = new Set<() => void>()

  get redelivered(): number {
    return this.#redelivered
  }

  get refused(): number {
    return this.#refused
  }

  acknowledge(batch: PlannedBatch, receiptId: string): void {
    const known = this.acknowledged.get(batch.key)
    if (known) {
      known.receiptIds.push(receiptId)
      this.#redelivered += 1
    } else {
      this.acknowledged.set(batch.key, { batch, receiptIds: [receiptId] })
    }
    this.lookAgain()
  }

  refuse(what: string): void {
    this.refusals.set(what, (this.refusals.get(what) ?? 0) + 1)
    this.#refused += 1
    this.lookAgain()
  }

  /** Resolves when `holds` does. */
  async until(holds: (log: AcknowledgementLog) => boolean): Promise<void> {
    while (!holds(this)) {
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#waiting.add(resolve)
      await promise
    }
  }

  /** Whoever waits looks whether that holds now: after each answer, and when all is to end. */
  lookAgain(): void {
    for (const wake of this.#waiting) wake()
    this.#waiting.clear()
  }
}

import { expect, test } from 'vitest'
import type { FoldDeps } from '../../src/facts/fold.ts'
import { CountedWork, type Work } from '../support/counted-work.ts'
import { hitsPosted } from '../support/folded-fact.ts'
import { Folding, scan1 } from '../support/folding.ts'

const ids = Array.from({ length: 2_000 }, (_, number) => `shop.f${String(number).padStart(4, '0')}`)

/** A subject of which all is known, and which only sees again what it has seen. */
class BusySubject {
  readonly #counted = new CountedWork()
  readonly #folding: Folding
  readonly #deps: Partial<FoldDeps>
  batches = 0

  constructor() {
    this.#folding = new Folding({ 'cg-1': { nodes: ids, entryPoints: [ids[0]!] } }, (blobs) =>
      this.#counted.blobs(blobs),
    )
    const { facts, queue } = this.#folding
    this.#deps = { facts: this.#counted.facts(facts), queue: this.#counted.queue(queue) }
  }

  async seesAll(): Promise<void> {
    await this.#fold(ids)
  }

  async untilBatches(count: number): Promise<void> {
    while (this.batches < count) {
      const together = Math.min(200, count - this.batches)
      const batches = Array.from({ length: together }, (_, batch) => ids.filter((_id, at) => (at + batch) % 400 === 0))
      await this.#fold(...batches)
    }
  }

  /** Always of the same symbols. */
  async workOfOneMore(): Promise<Work> {
    const again = ids.filter((_id, at) => at % 200 === 7)
    // A row lists what its last fold took in: before each that is counted, one batch.
    await this.#fold(again)
    this.#counted.take()
    await this.#fold(again)
    return this.#counted.take()
  }

  async #fold(...batches: readonly (readonly string[])[]): Promise<void> {
    const posted = batches.map((symbols) => hitsPosted('cg-1', Object.fromEntries(symbols.map((id) => [id, 1]))))
    await this.#folding.append(...posted)
    expect(await this.#folding.fold(this.#deps)).toBe('settled')
    this.batches += batches.length
    const { events } = await this.#folding.row()
    // As a relay would: what waits for it is no part of the cost of a fold.
    await this.#folding.facts.pull(
      scan1.tenant,
      scan1.subjectKey,
      events.map(({ id }) => id),
    )
  }
}

test('a subject with 10,000 batches folds at the cost of the new ones', async () => {
  const subject = new BusySubject()
  await subject.seesAll()
  const works: Work[] = []
  for (const count of [10, 1_000, 10_000]) {
    await subject.untilBatches(count)
    works.push(await subject.workOfOneMore())
  }
  const [early, ...later] = works
  expect(early).toMatchObject({ evidenceRead: 1 })
  expect(early!.blobsWritten).toBeLessThanOrEqual(11)
  for (const work of later) {
    for (const [what, amount] of Object.entries(work)) {
      const before = early![what as keyof Work]
      // Numbers get longer with what they count, and nothing else does.
      const most = what.includes('Bytes') ? before * 1.1 : before
      expect(amount, `${what}: ${before} after 10 batches`).toBeLessThanOrEqual(most)
    }
  }
}, 300_000)

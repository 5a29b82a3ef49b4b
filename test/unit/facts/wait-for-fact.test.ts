import { beforeEach, describe, expect, test } from 'vitest'
import { waitForFact } from '../../../src/facts/wait-for-fact.ts'
import { MemoryEvidenceQueue } from '../../support/memory-evidence-queue.ts'
import { MemoryFactRepository } from '../../support/memory-fact-repository.ts'
import { factlessRow, globex, someEvidence, someFactRow } from '../../support/store-values.ts'

const evidence = someEvidence({ id: 'receipt-1' })
const subject = { tenant: evidence.tenant, subjectKey: 'scan-1' }

let queue: MemoryEvidenceQueue
let facts: MemoryFactRepository
let pauses: { readonly milliseconds: number; end(): void }[]

/** Time that passes only when a test says so. */
async function pause(milliseconds: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  pauses.push({ milliseconds, end: resolve })
  await promise
}

const never = () => new Promise<void>(() => undefined)

async function foldNow(): Promise<void> {
  await facts.save(someFactRow())
  await queue.markFolded(subject.tenant, [evidence.id], 1)
}

beforeEach(async () => {
  queue = new MemoryEvidenceQueue()
  facts = new MemoryFactRepository()
  pauses = []
  await queue.append(evidence)
})

describe('whoever waits for a fact', () => {
  test('is told what it came to once the evidence is folded', async () => {
    const awaited = await waitForFact({ queue, facts, folded: foldNow, pause }, subject, 'receipt-1', 5)
    const { version, digest, score } = someFactRow().fact!.summary
    expect(awaited).toEqual({ version, digest, score })
    expect(pauses.map(({ milliseconds }) => milliseconds)).toEqual([5_000])
  })

  test('asks again a little later when the fold came to nothing, as on a replica that does not hold the lease', async () => {
    let folds = 0
    const folded = async () => {
      folds += 1
      if (folds === 3) await foldNow()
    }
    const shortPause = async (milliseconds: number) => {
      if (milliseconds < 1_000) pauses.push({ milliseconds, end: () => undefined })
      else await pause(milliseconds)
    }
    const awaited = await waitForFact({ queue, facts, folded, pause: shortPause }, subject, 'receipt-1', 5)
    expect(awaited).toMatchObject({ version: 1 })
    expect(pauses.map(({ milliseconds }) => milliseconds)).toEqual([5_000, 100, 100])
  })

  test('is told nothing when time runs out, however long the fold takes', async () => {
    const awaiting = waitForFact({ queue, facts, folded: never, pause }, subject, 'receipt-1', 1)
    pauses[0]?.end()
    expect(await awaiting).toBeUndefined()
  })

  test('is told of a fold that ended with the time', async () => {
    const awaiting = waitForFact({ queue, facts, folded: never, pause }, subject, 'receipt-1', 1)
    await foldNow()
    pauses[0]?.end()
    expect(await awaiting).toMatchObject({ version: 1 })
  })

  test('is told nothing when what was folded makes no fact', async () => {
    const folded = async () => {
      await facts.save(factlessRow('scan-1'))
      await queue.markFolded(subject.tenant, [evidence.id], undefined)
    }
    expect(await waitForFact({ queue, facts, folded, pause }, subject, 'receipt-1', 5)).toBeUndefined()
  })

  test('learns nothing of a receipt of another tenant', async () => {
    await foldNow()
    const other = { ...subject, tenant: globex }
    const awaiting = waitForFact({ queue, facts, folded: never, pause }, other, 'receipt-1', 1)
    pauses[0]?.end()
    expect(await awaiting).toBeUndefined()
  })
})

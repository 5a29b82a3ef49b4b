import { beforeEach, describe, expect, test } from 'vitest'
import type { PendingSubject } from '../../../src/evidence/evidence-queue.ts'
import { FoldSweeper } from '../../../src/facts/fold-sweeper.ts'
import { latch } from '../../support/latch.ts'
import { ManualTime } from '../../support/manual-timer.ts'
import { MemoryEvidenceQueue } from '../../support/memory-evidence-queue.ts'
import { acme, someEvidence } from '../../support/store-values.ts'

const everyMs = 30_000

let time: ManualTime
let queue: MemoryEvidenceQueue
let requested: string[]
let errors: unknown[]
let sweeper: FoldSweeper

function newSweeper(changed: { jitter?: () => number; pendingSubjects?: MemoryEvidenceQueue['pendingSubjects'] } = {}) {
  const pendingSubjects = changed.pendingSubjects ?? ((before, limit) => queue.pendingSubjects(before, limit))
  return new FoldSweeper({
    queue: { pendingSubjects },
    request: ({ subjectKey }: PendingSubject) => void requested.push(subjectKey),
    onError: (error) => void errors.push(error),
    clock: time.clock,
    timer: time.timer,
    everyMs,
    jitter: changed.jitter ?? (() => 0.5),
  })
}

async function append(subjectKey: string): Promise<void> {
  await queue.append(someEvidence({ subjectKey, receivedAt: new Date(time.clock()).toISOString() }))
}

/** Lets what is asked of the queue be answered, and what follows from it happen. */
async function swept(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve()
}

beforeEach(() => {
  time = new ManualTime()
  queue = new MemoryEvidenceQueue()
  requested = []
  errors = []
})

describe('a sweep', () => {
  test('at the start finds what an earlier process left behind', async () => {
    await append('left')
    time.pass(1)
    sweeper = newSweeper()
    sweeper.start()
    await swept()
    expect(requested).toEqual(['left'])
    await sweeper.close()
  })

  test('leaves alone what arrived since the last one: that is its own process’s to fold', async () => {
    sweeper = newSweeper()
    sweeper.start()
    await swept()
    time.pass(1)
    await append('fresh')
    time.pass(everyMs)
    await swept()
    expect(requested).toEqual([])
    time.pass(everyMs)
    await swept()
    expect(requested).toEqual(['fresh'])
    await sweeper.close()
  })

  test('asks for no more subjects than can be requested at once', async () => {
    const limits: number[] = []
    sweeper = newSweeper({
      pendingSubjects: async (_before, limit) => {
        limits.push(limit)
        return [{ tenant: acme, subjectKey: 'a' }]
      },
    })
    sweeper.start()
    await swept()
    expect({ limits, requested }).toEqual({ limits: [1000], requested: ['a'] })
    await sweeper.close()
  })

  test('that fails is told of, and the next one comes all the same', async () => {
    let sweeps = 0
    sweeper = newSweeper({
      pendingSubjects: async () => {
        sweeps += 1
        if (sweeps === 1) throw new Error('no store')
        return [{ tenant: acme, subjectKey: 'a' }]
      },
    })
    sweeper.start()
    await swept()
    time.pass(everyMs)
    await swept()
    expect({ errors, requested }).toEqual({ errors: [new Error('no store')], requested: ['a'] })
    await sweeper.close()
  })
})

test.each([
  [0, 0.75],
  [0.5, 1],
  [1, 1.25],
])('with a jitter of %d the next sweep comes after %d of the time', async (jitter, part) => {
  let sweeps = 0
  sweeper = newSweeper({
    jitter: () => jitter,
    pendingSubjects: async () => {
      sweeps += 1
      return []
    },
  })
  sweeper.start()
  await swept()
  time.pass(everyMs * part - 1)
  await swept()
  expect(sweeps).toBe(1)
  time.pass(1)
  await swept()
  expect(sweeps).toBe(2)
  await sweeper.close()
})

describe('closing', () => {
  test('takes the next sweep back', async () => {
    sweeper = newSweeper()
    sweeper.start()
    await swept()
    expect(time.waiting).toBe(1)
    await sweeper.close()
    expect(time.waiting).toBe(0)
  })

  test('waits for the sweep that is on its way, after which there is no other', async () => {
    const answers = latch()
    sweeper = newSweeper({
      pendingSubjects: async () => {
        await answers.opened
        return [{ tenant: acme, subjectKey: 'a' }]
      },
    })
    sweeper.start()
    const closing = sweeper.close()
    answers.open()
    await closing
    expect(requested).toEqual(['a'])
    expect(time.waiting).toBe(0)
  })
})

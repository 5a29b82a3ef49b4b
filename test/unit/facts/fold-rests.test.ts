import { beforeEach, describe, expect, test, vi } from 'vitest'
import type { FoldOutcome } from '../../../src/facts/fold.ts'
import { longestRestMs } from '../../../src/facts/fold-rests.ts'
import { FoldScheduler } from '../../../src/facts/fold-scheduler.ts'
import { tenantNamed } from '../../support/folded-fact.ts'
import { ManualTime } from '../../support/manual-timer.ts'

const subject = { tenant: tenantNamed('acme'), subjectKey: 'large' }
const other = { ...subject, subjectKey: 'other' }

let time: ManualTime
/** When each fold began, since the test did. */
let beganMs: number[]
let folding: PromiseWithResolvers<FoldOutcome>
let scheduler: FoldScheduler

beforeEach(() => {
  time = new ManualTime()
  const startMs = time.clock()
  beganMs = []
  scheduler = new FoldScheduler({
    fold: async () => {
      beganMs.push(time.clock() - startMs)
      folding = Promise.withResolvers()
      return await folding.promise
    },
    onError: () => undefined,
    concurrency: 4,
    retryMs: 500,
    clock: time.clock,
    timer: time.timer,
  })
})

/** Ends the only fold that runs, after so long. */
async function endFold(tookMs: number, outcome: FoldOutcome = 'settled'): Promise<void> {
  time.pass(tookMs)
  folding.resolve(outcome)
  await scheduler.idle()
}

describe('a subject that was folded a moment ago', () => {
  test('rests three times as long as that took, and all that came meanwhile is one fold', async () => {
    scheduler.request(subject)
    await endFold(200)
    for (let body = 0; body < 6; body++) {
      scheduler.request(subject)
      time.pass(99)
    }
    expect(beganMs).toEqual([0])
    // It keeps nobody from being let in.
    expect(scheduler.waiting).toBe(0)
    time.pass(6)
    expect(beganMs).toEqual([0, 800])
  })

  test('rests while its bodies came during the fold, too', async () => {
    scheduler.request(subject)
    scheduler.request(subject)
    folding.resolve('settled')
    time.pass(200)
    await scheduler.idle()
    expect(beganMs).toEqual([0])
    time.pass(600)
    expect(beganMs).toEqual([0, 800])
  })

  test('rests no longer than its evidence may wait, however long the fold took, and the clock jumped', async () => {
    scheduler.request(subject)
    await endFold(3_600_000)
    scheduler.request(subject)
    time.pass(longestRestMs - 1)
    expect(beganMs).toHaveLength(1)
    time.pass(1)
    expect(beganMs).toHaveLength(2)
    await endFold(-3_600_000)
    scheduler.request(subject)
    expect(beganMs).toHaveLength(3)
  })

  test('is folded at once when somebody waits for it, and rests after that again', async () => {
    scheduler.request(subject)
    await endFold(200)
    const waiting = scheduler.folded(subject)
    expect(beganMs).toEqual([0, 200])
    await endFold(100)
    await waiting
    scheduler.request(subject)
    time.pass(299)
    expect(beganMs).toHaveLength(2)
    time.pass(1)
    expect(beganMs).toEqual([0, 200, 600])
  })

  test('is folded at once when all is to be settled, and so is what comes meanwhile', async () => {
    scheduler.request(subject)
    await endFold(200)
    scheduler.request(subject)
    const settled = scheduler.settled()
    await Promise.resolve()
    expect(beganMs).toEqual([0, 200])
    scheduler.request(subject)
    await endFold(100)
    await vi.waitFor(() => expect(beganMs).toEqual([0, 200, 300]))
    await endFold(10)
    await settled
  })

  test('is folded at once when that was quick', async () => {
    scheduler.request(subject)
    await endFold(16)
    scheduler.request(subject)
    expect(beganMs).toEqual([0, 16])
  })

  test('holds no other up', async () => {
    scheduler.request(subject)
    await endFold(200)
    scheduler.request(subject)
    scheduler.request(other)
    expect(beganMs).toEqual([0, 200])
  })

  test('does not rest when nothing came of its fold: that is tried again in its own time', async () => {
    scheduler.request(subject)
    await endFold(1_000, 'busy')
    time.pass(500)
    expect(beganMs).toEqual([0, 1_500])
  })
})

test('closing ends all rests, that of a fold which ends meanwhile as well', async () => {
  scheduler.request(subject)
  await endFold(200)
  expect(time.waiting).toBe(1)
  scheduler.request(other)
  const closing = scheduler.close()
  await endFold(200)
  await closing
  expect(time.waiting).toBe(0)
})

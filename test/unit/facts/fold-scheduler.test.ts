import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { PendingSubject } from '../../../src/evidence/evidence-queue.ts'
import type { FoldOutcome } from '../../../src/facts/fold.ts'
import { FoldScheduler } from '../../../src/facts/fold-scheduler.ts'
import { systemTimer } from '../../../src/lib/timer.ts'
import { tenantNamed } from '../../support/folded-fact.ts'
import { type Latch, latch } from '../../support/latch.ts'

/** A fold that has begun, and ends when a test says so. */
interface BegunFold {
  readonly subjectKey: string
  end(outcome?: FoldOutcome): void
  fail(error: Error): void
}

let begun: BegunFold[]
let ended: string[]
let errors: unknown[]
let begins: Latch
let scheduler: FoldScheduler

function subject(subjectKey: string): PendingSubject {
  return { tenant: tenantNamed('acme'), subjectKey }
}

async function fold({ subjectKey }: PendingSubject): Promise<FoldOutcome> {
  const { promise, resolve, reject } = Promise.withResolvers<FoldOutcome>()
  begun.push({ subjectKey, end: (outcome = 'settled') => resolve(outcome), fail: reject })
  begins.open()
  begins = latch()
  try {
    return await promise
  } finally {
    ended.push(subjectKey)
  }
}

const keys = () => begun.map(({ subjectKey }) => subjectKey)

/** Waits until so many folds have begun, of which each opens the door once. */
async function begunFolds(count: number): Promise<void> {
  while (begun.length < count) await begins.opened
}

beforeEach(() => {
  begun = []
  ended = []
  errors = []
  begins = latch()
  scheduler = new FoldScheduler({
    fold,
    onError: (_, error) => void errors.push(error),
    concurrency: 2,
    retryMs: 0,
    // No fold takes any time, so that no subject rests (fold-rests.test.ts).
    clock: () => 0,
    timer: systemTimer,
  })
})
afterEach(async () => {
  const closing = scheduler.close()
  for (const each of begun) each.end()
  await closing
})

describe('a request', () => {
  test('begins a fold at once', () => {
    scheduler.request(subject('a'))
    expect(keys()).toEqual(['a'])
    expect(scheduler.waiting).toBe(0)
  })

  test('during a fold of its subject makes one more afterwards, however often it is made', async () => {
    for (let time = 0; time < 5; time += 1) scheduler.request(subject('a'))
    expect(keys()).toEqual(['a'])
    expect(scheduler.waiting).toBe(1)
    begun[0]?.end()
    await begunFolds(2)
    expect(scheduler.waiting).toBe(0)
    begun[1]?.end()
    await scheduler.idle()
    expect(keys()).toEqual(['a', 'a'])
  })

  test('waits while as many folds run as may, in the order in which subjects came', async () => {
    for (const key of ['a', 'b', 'c', 'd']) scheduler.request(subject(key))
    expect(keys()).toEqual(['a', 'b'])
    expect(scheduler.waiting).toBe(2)
    begun[1]?.end()
    await begunFolds(3)
    expect(keys()).toEqual(['a', 'b', 'c'])
  })

  test('of another tenant with the same key is another subject', () => {
    scheduler.request(subject('a'))
    scheduler.request({ tenant: tenantNamed('globex'), subjectKey: 'a' })
    expect(keys()).toEqual(['a', 'a'])
  })
})

describe('whoever waits for a fold', () => {
  test('waits until it has ended', async () => {
    const waiting = scheduler.folded(subject('a')).then(() => ended.slice())
    begun[0]?.end()
    expect(await waiting).toEqual(['a'])
  })

  test('waits for one that began after the call, not for the one that was running', async () => {
    scheduler.request(subject('a'))
    const waiting = scheduler.folded(subject('a')).then(() => ended.slice())
    begun[0]?.end()
    await begunFolds(2)
    begun[1]?.end()
    expect(await waiting).toEqual(['a', 'a'])
  })

  test('waits for its turn, too, when others have all the room', async () => {
    scheduler.request(subject('a'))
    scheduler.request(subject('b'))
    const waiting = scheduler.folded(subject('c')).then(() => ended.slice())
    begun[0]?.end()
    await begunFolds(3)
    begun[2]?.end()
    expect(await waiting).toEqual(['a', 'c'])
  })

  test('is let go when the fold fails, and when everything closes', async () => {
    const failing = scheduler.folded(subject('a'))
    begun[0]?.fail(new Error('no store'))
    await failing
    const closed = scheduler.folded(subject('b'))
    const behind = scheduler.folded(subject('b'))
    const closing = scheduler.close()
    for (const each of begun) each.end()
    await Promise.all([closed, behind, closing])
    expect(errors).toEqual([new Error('no store')])
  })
})

describe('a fold that comes to nothing', () => {
  test.each(['busy', 'blocked'] as const)('since the subject is %s, is tried again', async (outcome) => {
    scheduler.request(subject('a'))
    begun[0]?.end(outcome)
    await begunFolds(2)
    begun[1]?.end()
    await scheduler.idle()
    expect(keys()).toEqual(['a', 'a'])
    expect(errors).toEqual([])
  })

  test('since it failed, is told of and tried again, and holds no other subject up', async () => {
    scheduler.request(subject('a'))
    scheduler.request(subject('b'))
    begun[0]?.fail(new Error('no store'))
    await begunFolds(3)
    expect(keys()).toEqual(['a', 'b', 'a'])
    expect(errors).toEqual([new Error('no store')])
  })
})

describe('closing', () => {
  test('lets running folds end, and begins no other', async () => {
    for (const key of ['a', 'b', 'c']) scheduler.request(subject(key))
    const closing = scheduler.close()
    expect(scheduler.waiting).toBe(0)
    scheduler.request(subject('d'))
    for (const each of begun) each.end()
    await closing
    expect(ended.toSorted()).toEqual(['a', 'b'])
    expect(keys()).toEqual(['a', 'b'])
  })

  test('takes back what was to be tried again', async () => {
    scheduler.request(subject('a'))
    const closing = scheduler.close()
    begun[0]?.end('busy')
    await closing
    expect(keys()).toEqual(['a'])
  })
})

import { expect, test } from 'vitest'
import { underLease } from '../../../src/facts/fold-lease.ts'
import { latch } from '../../support/latch.ts'
import { ManualTime } from '../../support/manual-timer.ts'
import { MemoryFactRepository } from '../../support/memory-fact-repository.ts'
import { acme } from '../../support/store-values.ts'

const subject = { tenant: acme, subjectKey: 'scan-1' }
const limits = { leaseMs: 2_000 }

function replicas() {
  const time = new ManualTime()
  const facts = new MemoryFactRepository()
  const depsOf = (owner: string) => ({ facts, clock: time.clock, timer: time.timer, owner, limits })
  return { time, facts, one: depsOf('one'), other: depsOf('other') }
}

const done = async (): Promise<string> => 'done'

test('a fold that takes long keeps its lease', async () => {
  const { time, one, other } = replicas()
  const folding = latch()
  const running = underLease(one, subject, async () => {
    await folding.opened
    return 'done'
  })
  for (let renewals = 0; renewals < 20; renewals += 1) {
    await new Promise(setImmediate)
    expect(await underLease(other, subject, done)).toBe('busy')
    time.pass(limits.leaseMs / 4)
  }
  folding.open()
  expect(await running).toBe('done')
  expect(await underLease(other, subject, done)).toBe('done')
  expect(time.waiting).toBe(0)
})

test('a fold whose process died holds its subject up for no longer than a lease', async () => {
  const { time, facts, one, other } = replicas()
  // Renewals are timed in a process that is no more.
  void underLease({ ...one, timer: () => () => undefined }, subject, () => new Promise(() => undefined))
  await new Promise(setImmediate)
  expect(await underLease(other, subject, done)).toBe('busy')
  time.pass(limits.leaseMs)
  expect(await underLease(other, subject, done)).toBe('done')
  expect(await facts.lease(acme, 'scan-1', 'third', time.clock() + 1, time.clock())).toBe(true)
})

test('a fold that fails gives its lease back, and says why', async () => {
  const { one, other } = replicas()
  const failing = underLease(one, subject, () => Promise.reject(new Error('no graph')))
  await expect(failing).rejects.toThrow('no graph')
  expect(await underLease(other, subject, done)).toBe('done')
})

test('a renewal that fails does not disturb its fold', async () => {
  const { time, facts, one } = replicas()
  const folding = latch()
  let isDown = false
  const lease: typeof facts.lease = (...asked) =>
    isDown ? Promise.reject(new Error('the store is away')) : facts.lease(...asked)
  const release: typeof facts.release = (...asked) => facts.release(...asked)
  const running = underLease({ ...one, facts: { lease, release } }, subject, async () => {
    await folding.opened
    return 'done'
  })
  await new Promise(setImmediate)
  isDown = true
  time.pass(limits.leaseMs / 4)
  await new Promise(setImmediate)
  expect(time.waiting).toBe(1)
  folding.open()
  expect(await running).toBe('done')
})

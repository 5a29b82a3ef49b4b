import { expect, test } from 'vitest'
import { TenantUsage } from '../../../src/load/tenant-usage.ts'
import { latch } from '../../support/latch.ts'
import { ManualTime } from '../../support/manual-timer.ts'
import { namedTenants } from '../../support/named-tenants.ts'

const { ours, theirs } = namedTenants('ours', 'theirs')

function opened(measure: () => Promise<number>, time = new ManualTime()): TenantUsage {
  return new TenantUsage({ measure, clock: time.clock, measureEveryMs: 1_000 })
}

test('a tenant is measured once, however many ask, and counted from there', async () => {
  let measured = 0
  const usage = opened(async () => {
    measured += 1
    return 100
  })
  expect(await Promise.all([usage.bytesOf(ours), usage.bytesOf(ours)])).toEqual([100, 100])
  usage.stored(ours, 7)
  usage.stored(theirs, 1_000)
  expect(await usage.bytesOf(ours)).toBe(107)
  expect(measured).toBe(1)
})

test('what is stored while a tenant is measured is not missed', async () => {
  const door = latch()
  const usage = opened(async () => {
    await door.opened
    return 100
  })
  const asked = usage.bytesOf(ours)
  usage.stored(ours, 7)
  door.open()
  expect(await asked).toBe(107)
})

test('it is measured again when that is due, and nobody waits for it', async () => {
  const time = new ManualTime()
  let bytes = 100
  const usage = opened(async () => bytes, time)
  await usage.bytesOf(ours)
  bytes = 40
  time.pass(1_000)
  expect(await usage.bytesOf(ours)).toBe(100)
  await expect.poll(() => usage.bytesOf(ours)).toBe(40)
})

test('it is measured again once something was removed', async () => {
  let bytes = 100
  const usage = opened(async () => bytes)
  await usage.bytesOf(ours)
  bytes = 0
  usage.removed(ours)
  expect(await usage.bytesOf(ours)).toBe(0)
})

test('a measurement that fails is one that the next request tries again', async () => {
  let isBroken = true
  const usage = opened(async () => {
    if (isBroken) throw new Error('the bucket is away')
    return 100
  })
  await expect(usage.bytesOf(ours)).rejects.toThrow('the bucket is away')
  isBroken = false
  expect(await usage.bytesOf(ours)).toBe(100)
})

import { expect, test } from 'vitest'
import { MemorySeenProofs } from '../../../../src/auth/possession/memory-seen-proofs.ts'
import { rememberedMs } from '../../../../src/auth/possession/seen-proofs.ts'
import { keepsSeenProofsContract } from '../../../contract/seen-proofs.ts'
import { ManualTime } from '../../../support/manual-timer.ts'

keepsSeenProofsContract(async () => [new MemorySeenProofs(new ManualTime())])

test('a proof is remembered until it cannot be good any more, and then no longer', async () => {
  const time = new ManualTime()
  const seen = new MemorySeenProofs(time)
  await seen.isFirst('a')
  time.pass(rememberedMs - 1)
  expect(await seen.isFirst('a')).toBe(false)
  time.pass(1)
  expect(await seen.isFirst('a')).toBe(true)
})

test('what does not fit is refused rather than something good forgotten, until there is room again', async () => {
  const time = new ManualTime()
  const seen = new MemorySeenProofs({ clock: time.clock, maxProofs: 2 })
  await seen.isFirst('a')
  time.pass(1_000)
  await seen.isFirst('b')
  const full = { code: 'DPOP_REPLAY_CACHE_UNAVAILABLE' }
  await expect(seen.isFirst('c')).rejects.toMatchObject(full)
  expect(await seen.isFirst('a')).toBe(false)
  time.pass(rememberedMs - 1_000)
  expect(await seen.isFirst('c')).toBe(true)
  await expect(seen.isFirst('d')).rejects.toMatchObject(full)
})

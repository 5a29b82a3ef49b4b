import { tmpdir } from 'node:os'
import { expect, test } from 'vitest'
import { type DiskSpace, DiskWatch } from '../../../src/load/disk-watch.ts'
import { ManualTime } from '../../support/manual-timer.ts'

const space: Record<string, DiskSpace> = {
  large: { freeBytes: 1_000_000, totalBytes: 10_000_000 },
  small: { freeBytes: 300, totalBytes: 2_000 },
}

async function watched(directories: readonly string[], time = new ManualTime(), known = space): Promise<DiskWatch> {
  const look = async (directory: string): Promise<DiskSpace> => {
    const found = known[directory]
    if (!found) throw new Error('no such directory')
    return found
  }
  return await DiskWatch.start({ directories, minFreeBytes: 1_000, timer: time.timer, everyMs: 1_000, look })
}

test('what is kept free is no room', async () => {
  expect((await watched(['large'])).roomBytes).toBe(999_000)
})

test('a small volume keeps a twentieth free, and the fullest of all counts', async () => {
  expect((await watched(['large', 'small'])).roomBytes).toBe(200)
})

test('a directory that cannot be looked at is no shortage', async () => {
  expect((await watched(['large', 'gone'])).roomBytes).toBe(999_000)
})

test('it looks again when it is time, and no more once it is closed', async () => {
  const time = new ManualTime()
  const known = { ...space }
  const watch = await watched(['small'], time, known)
  known['small'] = { freeBytes: 50, totalBytes: 2_000 }
  time.pass(1_000)
  await expect.poll(() => watch.roomBytes).toBe(-50)
  await expect.poll(() => time.waiting).toBe(1)
  watch.close()
  expect(time.waiting).toBe(0)
})

test('a real directory has room', async () => {
  const time = new ManualTime()
  const real = { directories: [tmpdir()], minFreeBytes: 0, timer: time.timer, everyMs: 1_000 }
  const { roomBytes } = await DiskWatch.start(real)
  expect(roomBytes).toBeGreaterThan(0)
  expect(Number.isFinite(roomBytes)).toBe(true)
})

import { execFileSync } from 'node:child_process'
import { mkdir, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readSmallFile } from '../../../src/auth/read-small-file.ts'
import { temporaryDirectory } from '../../support/service-process.ts'

let directory: Awaited<ReturnType<typeof temporaryDirectory>>
let path: string
beforeEach(async () => {
  directory = await temporaryDirectory()
  path = join(directory.path, 'file')
})
afterEach(() => directory[Symbol.asyncDispose]())

test.each([0, 1, 10])('a file of %i bytes is read whole where 10 are the most', async (length) => {
  await writeFile(path, 'x'.repeat(length))
  expect((await readSmallFile(path, 10)).toString()).toBe('x'.repeat(length))
})

test('a link to a file is followed, as mounts of Kubernetes need it', async () => {
  await writeFile(`${path}.1`, 'x')
  await symlink(`${path}.1`, path)
  expect((await readSmallFile(path, 10)).toString()).toBe('x')
})

describe('what is refused without reading on', () => {
  const hostile: readonly [string, () => unknown, RegExp][] = [
    ['a file that is a byte too long', () => writeFile(path, 'x'.repeat(11)), /larger than 10 bytes/],
    [
      'a file of a gibibyte',
      async () => {
        await writeFile(path, '')
        await truncate(path, 2 ** 30)
      },
      /larger than 10 bytes/,
    ],
    ['a FIFO that nobody writes to', () => execFileSync('mkfifo', [path]), /not a regular file/],
    ['a directory', () => mkdir(path), /not a regular file/],
    ['a device', () => symlink('/dev/zero', path), /not a regular file/],
    ['a link to itself', () => symlink(path, path), /ELOOP/],
    ['a link to nothing', () => symlink(`${path}.1`, path), /ENOENT/],
    ['nothing', () => undefined, /ENOENT/],
  ]

  test.each(hostile)('%s', async (_, make, refusal) => {
    await make()
    await expect(readSmallFile(path, 10)).rejects.toThrow(refusal)
  })

  test('a file whose size is said to be nothing, and which has no end', async () => {
    // Its stat says 0 bytes, and a regular file.
    await expect(readSmallFile('/proc/self/environ', 10)).rejects.toThrow(/larger than 10 bytes/)
  })
})

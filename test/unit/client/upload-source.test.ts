import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { keepSource, openSource } from '../../../src/client/upload-source.ts'
import { temporaryDirectory } from '../../support/service-process.ts'

let directory: Awaited<ReturnType<typeof temporaryDirectory>>
beforeEach(async () => {
  directory = await temporaryDirectory()
  vi.stubEnv('TMPDIR', directory.path)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await directory[Symbol.asyncDispose]()
})

const content = randomBytes(200_000)

test('a file is read from its start as often as it is asked for, though another takes its name meanwhile', async () => {
  const path = join(directory.path, 'file')
  await writeFile(path, content)
  await using source = await openSource(path)
  await writeFile(`${path}.new`, 'another')
  await rename(`${path}.new`, path)
  expect(source.size).toBe(content.length)
  for (const read of [await buffer(source.read()), await buffer(source.read())]) expect(read.equals(content)).toBe(true)
})

test('a file can be closed while somebody has read only its beginning', async () => {
  const path = join(directory.path, 'file')
  await writeFile(path, content)
  const source = await openSource(path)
  const reading = source.read()
  expect((await reading.next()).done).toBe(false)
  await source[Symbol.asyncDispose]()
  await expect(reading.next()).rejects.toThrow()
})

test('what can be read only once is kept, under no name', async () => {
  await using source = await keepSource(Readable.from([content]))
  expect(await readdir(directory.path)).toEqual([])
  for (const read of [await buffer(source.read()), await buffer(source.read())]) expect(read.equals(content)).toBe(true)
})

test('a named pipe is such a thing', async () => {
  const path = join(directory.path, 'pipe')
  execFileSync('mkfifo', [path])
  const [source] = await Promise.all([openSource(path), writeFile(path, content)])
  await using kept = source
  expect((await buffer(kept.read())).equals(content)).toBe(true)
})

test.each([
  ['gzip', gzipSync('{}'), 'gzip'],
  ['zstd', zstdCompressSync('{}'), 'zstd'],
  ['JSON', Buffer.from('{}'), undefined],
  ['nothing', Buffer.alloc(0), undefined],
])('%s is known by how it begins', async (_, bytes, encoding) => {
  await using source = await keepSource(Readable.from([bytes]))
  expect(source.encoding).toBe(encoding)
})

test('a directory is nothing to send', async () => {
  await expect(openSource(directory.path)).rejects.toThrow('EISDIR')
})

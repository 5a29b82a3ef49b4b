import { execFileSync, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { basename, join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { zstdDecompressSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readTrailer, trailerLength } from '../../../src/cas/stored-form.ts'
import { sha256Of } from '../../../src/identifiers/digest.ts'
import { inTemporaryDirectory } from './in-temporary-directory.ts'

const current = inTemporaryDirectory()
const hasZstd = spawnSync('zstd', ['--version']).status === 0

const sizes = [0, 1, 65_535, 65_536, 65_537, 1024 * 1024, 1024 * 1024 + 1, 8 * 1024 * 1024, 8 * 1024 * 1024 + 1]

test.each(sizes.flatMap((size) => [[size, 'zstd'] as const, [size, 'identity'] as const]))(
  'staging %i bytes as %s tells what they are, in one piece or many',
  async (size, encoding) => {
    const bytes = randomBytes(size)
    for (const source of [bytes, piecesOf(bytes, 1000)]) {
      const blob = await current().staging.stage(source, encoding)
      const stored = await readFile(blob.path)
      expect(blob).toMatchObject({
        encoding,
        digest: sha256Of(bytes),
        contentLength: size,
        storedLength: stored.length,
      })
      expect((encoding === 'zstd' ? zstdDecompressSync(stored) : stored).equals(bytes)).toBe(true)
      await blob.discard()
    }
    expect(await current().staged()).toEqual([])
  },
)

test('the stored form tells how long its content is', async () => {
  const blob = await current().staging.stage(piecesOf(Buffer.alloc(3_000_000, 'a'), 70_000), 'zstd')
  const stored = await readFile(blob.path)
  expect(readTrailer(stored.subarray(-trailerLength), stored.length)).toEqual({
    contentLength: 3_000_000,
    frameLength: stored.length - trailerLength,
  })
})

test.skipIf(!hasZstd)('the zstd tool reads the stored form, and verifies its checksum', async () => {
  const bytes = randomBytes(300_000)
  for (const source of [bytes, piecesOf(bytes, 10_000)]) {
    const { path } = await current().staging.stage(source, 'zstd')
    expect(execFileSync('zstd', ['-dc', path]).equals(bytes)).toBe(true)
    expect(execFileSync('zstd', ['-lv', path], { stdio: 'pipe' }).toString()).toContain('XXH64')
  }
})

test('equal bytes are staged equally, however a writer is given them', async () => {
  const bytes = Buffer.from(Array.from({ length: 40_000 }, (_, index) => `line ${index}\n`).join(''))
  const whole = await readFile((await current().staging.stage(piecesOf(bytes, bytes.length), 'zstd')).path)
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 100, max: 200_000 }), async (pieceLength) => {
      const blob = await current().staging.stage(piecesOf(bytes, pieceLength), 'zstd')
      expect((await readFile(blob.path)).equals(whole)).toBe(true)
      await blob.discard()
    }),
    { numRuns: 10 },
  )
})

test('a writer copies what it is given, so that the caller may use its memory again', async () => {
  const writer = await current().staging.writer('identity')
  const memory = Buffer.from('first')
  await writer.write(memory)
  memory.write('later')
  await writer.write(memory)
  const blob = await writer.finish()
  expect(await readFile(blob.path, 'utf8')).toBe('firstlater')
})

test.each(['zstd', 'identity'] as const)('an aborted %s writer leaves no file, twice', async (encoding) => {
  const writer = await current().staging.writer(encoding)
  await writer.write(randomBytes(500_000))
  expect(await current().staged()).toHaveLength(1)
  await writer.abort()
  await writer.abort()
  expect(await current().staged()).toEqual([])
  await expect(writer.write(randomBytes(1))).rejects.toThrow('aborted')
  await expect(writer.finish()).rejects.toThrow('aborted')
})

test('an abort while a write is under way ends that write', async () => {
  const writer = await current().staging.writer('zstd')
  const writing = writer.write(randomBytes(5_000_000)).catch((error: unknown) => error)
  await writer.abort()
  expect(await writing).toBeInstanceOf(Error)
  expect(await current().staged()).toEqual([])
})

test('an abort after the finish leaves the staged blob to its owner', async () => {
  const writer = await current().staging.writer('zstd')
  const blob = await writer.finish()
  await writer.abort()
  expect(await current().staged()).toHaveLength(1)
  await blob.discard()
  await blob.discard()
  expect(await current().staged()).toEqual([])
})

test.each(['zstd', 'identity'] as const)('a source that fails leaves no %s file', async (encoding) => {
  const failure = new Error('the client went away')
  async function* broken(): AsyncGenerator<Buffer> {
    yield randomBytes(200_000)
    await setImmediate()
    throw failure
  }
  await expect(current().staging.stage(broken(), encoding)).rejects.toBe(failure)
  expect(await current().staged()).toEqual([])
})

test('a disk that fails is unavailable, and the cause is kept', async () => {
  const { staging, directory } = current()
  await rm(join(directory, 'staging'), { recursive: true })
  const unavailable = { code: 'CAS_UNAVAILABLE', cause: { code: 'ENOENT' } }
  await expect(staging.stage(Buffer.from('content'), 'zstd')).rejects.toMatchObject(unavailable)
  await expect(staging.writer('zstd')).rejects.toMatchObject(unavailable)
})

test.each(['zstd', 'identity'] as const)('a full disk ends the write or the finish of %s', async (encoding) => {
  const script = `
    import { open } from 'node:fs/promises'
    import { StagingWriter } from ${JSON.stringify(join(import.meta.dirname, '../../../src/cas/staging-writer.ts'))}
    const writer = new StagingWriter(await open('/dev/full', 'r+'), '/nowhere/at/all', '${encoding}')
    try {
      for (let count = 0; count < 40; count += 1) await writer.write(crypto.getRandomValues(Buffer.alloc(60_000)))
      await writer.finish()
    } catch (error) { console.log(error.code, error.cause.code) }`
  const { stdout, status } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })
  expect({ stdout, status }).toEqual({ stdout: 'CAS_UNAVAILABLE ENOSPC\n', status: 0 })
})

test('what dead processes left is cleared; what is alive, foreign or none of ours stays', async () => {
  const { staging, directory, staged } = current()
  const dead = spawnSync(process.execPath, ['-e', '']).pid
  const host = hostname().replaceAll(/[^A-Za-z0-9-]/g, '-')
  const file = async (name: string, ageMs: number) => {
    const path = join(directory, 'staging', name)
    await writeFile(path, '')
    await utimes(path, new Date(), new Date(Date.now() - ageMs))
    return name
  }
  const id = (digit: number) => `${String(digit).repeat(8)}-0000-4000-8000-000000000000`
  const [minute, day] = [60_000, 24 * 60 * 60_000]
  await file(`${host}.${dead}.${id(1)}`, minute)
  await file(`other-host.${process.pid}.${id(2)}`, 2 * day)
  await file(`${host}.${process.pid}.${id(3)}`, day / 2 + process.uptime() * 1000)
  const staying = [
    await file(`other-host.${dead}.${id(4)}`, minute),
    await file(`${host}.${process.ppid}.${id(5)}`, minute),
    await file('README', 2 * day),
  ]
  const mine = await staging.stage(Buffer.from('content'), 'zstd')
  expect(await staging.clearAbandoned()).toBe(3)
  expect(new Set(await staged())).toEqual(new Set([...staying, basename(mine.path)]))
})

test('the file of a process that was killed while staging is cleared at the next start', async () => {
  const { staging, directory, staged } = current()
  const script = `
    import { Staging } from ${JSON.stringify(join(import.meta.dirname, '../../../src/cas/staging.ts'))}
    const staging = await Staging.open(${JSON.stringify(join(directory, 'staging'))})
    const writer = await staging.writer('zstd')
    await writer.write(Buffer.alloc(1_000_000))
    process.kill(process.pid, 'SIGKILL')`
  spawnSync(process.execPath, ['--input-type=module', '-e', script])
  expect(await staged()).toHaveLength(1)
  expect(await staging.clearAbandoned()).toBe(1)
  expect(await staged()).toEqual([])
})

function* cut(bytes: Buffer, length: number): Generator<Buffer> {
  for (let offset = 0; offset < bytes.length; offset += length) yield bytes.subarray(offset, offset + length)
}

async function* piecesOf(bytes: Buffer, length: number): AsyncGenerator<Buffer> {
  yield* cut(bytes, length)
}

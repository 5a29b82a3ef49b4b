import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { beforeEach, expect, test } from 'vitest'
import { CasError } from '../../../src/cas/cas-errors.ts'
import type { CasKey, CasObject } from '../../../src/cas/cas-store.ts'
import { blobKey } from '../../../src/cas/cas-uri.ts'
import { Content } from '../../../src/cas/content.ts'
import { readContent } from '../../../src/cas/read-stored.ts'
import { trailerLength, trailerOf } from '../../../src/cas/stored-form.ts'
import { hexOf, sha256Of } from '../../../src/identifiers/digest.ts'
import { inTemporaryDirectory, tenantOf } from './in-temporary-directory.ts'

const current = inTemporaryDirectory()
const acme = tenantOf('acme')
const suffix = '.json.zst'
const manifest: CasKey = { tenant: acme, namespace: 'manifests', key: 'cg-1.json' }

// Compresses to several blocks, of which some are larger than the pieces in which a decoder is fed.
const large = Buffer.from(
  Array.from({ length: 200_000 }, (_, index) => `${(index * 2_654_435_761) % 4_294_967_296}\n`).join(''),
)
const small = Buffer.from('{"a":1}')

let content: Content

beforeEach(() => {
  content = current().content
})

const putAndFind = async (bytes: Buffer) => {
  const digest = await content.putBytes(acme, 'reachability_facts', bytes, suffix)
  const key = blobKey(acme, 'reachability_facts', digest, suffix)
  const path = join(current().directory, 'cas/acme/reachability_facts', key.key)
  return { digest, key, path }
}
const readStreamed = async (key: CasKey) => Buffer.concat(await Array.fromAsync(content.readStream(key)))

test.each([
  ['small', small],
  ['large', large],
  ['empty', Buffer.alloc(0)],
  ['well compressed', Buffer.alloc(20_000_000)],
])('%s content is read back by its digest, whole and as a stream', async (_, bytes) => {
  const { digest, key, path } = await putAndFind(bytes)
  expect(digest).toBe(sha256Of(bytes))
  expect((await stat(path)).size).toBeLessThan(bytes.length + 100)
  expect((await content.readBytes(acme, 'reachability_facts', digest, suffix)).equals(bytes)).toBe(true)
  expect((await readStreamed(key)).equals(bytes)).toBe(true)
  expect(await current().staged()).toEqual([])
})

test('bytes of any kind survive, staged whole or in pieces', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 5000 }), fc.boolean(), async (bytes, inPieces) => {
      const source = inPieces ? Readable.from([...bytes].map((byte) => Buffer.of(byte))) : bytes
      const blob = await current().staging.stage(source, 'zstd')
      const key = blobKey(acme, 'artifacts', blob.digest, '.zst')
      await content.putStaged(key, blob)
      await blob.discard()
      expect((await readStreamed(key)).equals(bytes)).toBe(true)
      expect((await content.readNamed(key)).equals(bytes)).toBe(true)
    }),
    { numRuns: 40 },
  )
})

const corrupt = { code: 'CAS_CORRUPT' }

test('no flipped bit of a small object ever gives other content, or stalls a reader', async () => {
  const { digest, key, path } = await putAndFind(small)
  const stored = await readFile(path)
  const outcomes: string[] = []
  for (let bit = 0; bit < stored.length * 8; bit += 1) {
    await writeFile(path, flipped(stored, bit))
    outcomes.push(await outcomeOf(content.readBytes(acme, 'reachability_facts', digest, suffix), small))
    outcomes.push(await outcomeOf(readStreamed(key), small))
  }
  // Too large: what the trailer says of the length is believed before the content can be compared with it.
  expect(new Set(outcomes)).toEqual(new Set(['CAS_CORRUPT', 'CAS_TOO_LARGE', 'right']))
  // Two bits of a frame's header do not matter to its content.
  expect(outcomes.filter((outcome) => outcome === 'right').length).toBeLessThanOrEqual(4)
})

test('no flipped bit of a large object goes unnoticed, or stalls a reader', async () => {
  const { key, path } = await putAndFind(large)
  const stored = await readFile(path)
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 64 * 8, max: stored.length * 8 - 1 }), async (bit) => {
      await writeFile(path, flipped(stored, bit))
      expect(await outcomeOf(readStreamed(key), large)).toBe('CAS_CORRUPT')
    }),
    { numRuns: 60 },
  )
})

test('no cut of an object goes unnoticed', async () => {
  const { digest, key, path } = await putAndFind(small)
  const stored = await readFile(path)
  for (let length = 0; length < stored.length; length += 1) {
    await writeFile(path, stored.subarray(0, length))
    await expect(content.readBytes(acme, 'reachability_facts', digest, suffix)).rejects.toMatchObject(corrupt)
    await expect(readStreamed(key)).rejects.toMatchObject(corrupt)
  }
})

test.each([
  ['a byte at the end', (frame: Buffer, trailer: Buffer) => [frame, trailer, Buffer.of(0)]],
  ['garbage before the trailer', (frame: Buffer, trailer: Buffer) => [frame, Buffer.from('garbage'), trailer]],
  ['a second frame', (frame: Buffer, trailer: Buffer) => [frame, frame, trailer]],
  ['an empty frame', (frame: Buffer, trailer: Buffer) => [frame, zstdCompressSync(''), trailer]],
  ['a second trailer', (frame: Buffer, trailer: Buffer) => [frame, trailer, trailer]],
  ['a trailer in front', (frame: Buffer, trailer: Buffer) => [trailer, frame]],
  ['no trailer', (frame: Buffer) => [frame]],
])('%s is an error', async (_, rearranged) => {
  for (const bytes of [small, large]) {
    const { digest, key, path } = await putAndFind(bytes)
    const stored = await readFile(path)
    await writeFile(
      path,
      Buffer.concat(rearranged(stored.subarray(0, -trailerLength), stored.subarray(-trailerLength))),
    )
    await expect(readStreamed(key)).rejects.toMatchObject(corrupt)
    await expect(content.readBytes(acme, 'reachability_facts', digest, suffix)).rejects.toMatchObject(corrupt)
  }
})

test('trailing bytes are an error too when the trailer covers them', async () => {
  const { key, path, digest } = await putAndFind(small)
  for (const trailing of [Buffer.from('garbage'), Buffer.alloc(9), zstdCompressSync('x')]) {
    const frame = Buffer.concat([zstdCompressSync(small), trailing])
    await writeFile(path, Buffer.concat([frame, trailerOf({ contentLength: small.length, frameLength: frame.length })]))
    await expect(readStreamed(key)).rejects.toMatchObject(corrupt)
    await expect(content.readBytes(acme, 'reachability_facts', digest, suffix)).rejects.toMatchObject(corrupt)
  }
})

test('a second frame is an error wherever the pieces of a stream are cut', async () => {
  const frame = zstdCompressSync(small)
  const frames = Buffer.concat([frame, frame])
  const stored = Buffer.concat([frames, trailerOf({ contentLength: small.length, frameLength: frames.length })])
  for (let length = 1; length <= stored.length; length += 1) {
    const pieces = Array.from({ length: Math.ceil(stored.length / length) }, (_, index) =>
      stored.subarray(index * length, (index + 1) * length),
    )
    const object = { stored: Readable.from(pieces), storedLength: stored.length }
    const reading = Array.fromAsync(readContent(object, { encoding: 'zstd', digest: sha256Of(small) }))
    await expect(reading).rejects.toMatchObject(corrupt)
  }
})

test('other content under the key is an error, however well formed', async () => {
  const { digest, key, path } = await putAndFind(small)
  const { path: otherPath } = await putAndFind(Buffer.from('{"a":2}'))
  await writeFile(path, await readFile(otherPath))
  await expect(content.readBytes(acme, 'reachability_facts', digest, suffix)).rejects.toMatchObject(corrupt)
  await expect(readStreamed(key)).rejects.toMatchObject(corrupt)
})

test('a frame that asks for a huge window gets no memory', async () => {
  const { digest, path } = await putAndFind(small)
  // Magic number, a frame header without content size, and a window of 2^41 bytes.
  const frame = Buffer.from('28b52ffd00f80000000000000000', 'hex')
  await writeFile(path, Buffer.concat([frame, trailerOf({ contentLength: 7, frameLength: frame.length })]))
  await expect(content.readBytes(acme, 'reachability_facts', digest, suffix)).rejects.toMatchObject(corrupt)
})

test('content that inflates beyond what its trailer says, or the reader takes, is not inflated', async () => {
  const { digest, path } = await putAndFind(Buffer.alloc(50_000_000))
  const tooLarge = { code: 'CAS_TOO_LARGE' }
  await expect(content.readBytes(acme, 'reachability_facts', digest, suffix, 49_999_999)).rejects.toMatchObject(
    tooLarge,
  )
  expect(await content.readBytes(acme, 'reachability_facts', digest, suffix, 50_000_000)).toHaveLength(50_000_000)
  const stored = await readFile(path)
  const frameLength = stored.length - trailerLength
  await writeFile(path, Buffer.concat([stored.subarray(0, frameLength), trailerOf({ contentLength: 10, frameLength })]))
  await expect(content.readBytes(acme, 'reachability_facts', digest, suffix)).rejects.toMatchObject(corrupt)
})

test('what is not there is not found, and what cannot be read is unavailable', async () => {
  const key = blobKey(acme, 'artifacts', sha256Of('absent'), '.zst')
  await expect(readStreamed(key)).rejects.toMatchObject({ code: 'CAS_NOT_FOUND' })
  await expect(content.readNamed(manifest)).rejects.toMatchObject({ code: 'CAS_NOT_FOUND' })
  const failing = async (): Promise<CasObject> => ({
    stored: Readable.from(failingAfter(Buffer.alloc(10))),
    storedLength: 100,
  })
  const { store, staging } = current()
  store.open = failing
  const unavailable = { code: 'CAS_UNAVAILABLE', cause: { message: 'EIO' } }
  await expect(Array.fromAsync(new Content(store, staging).readStream(key))).rejects.toMatchObject(unavailable)
  await expect(new Content(store, staging).readNamed(key)).rejects.toMatchObject(unavailable)
  await expect(new Content(store, staging).readNamed(manifest)).rejects.toMatchObject(unavailable)
})

test('a reader that stops early closes what it reads from', async () => {
  const { key } = await putAndFind(large)
  const { store } = current()
  const object = await store.open(key)
  store.open = async () => object
  const closed = new Promise((resolve) => object.stored.once('close', resolve))
  for await (const _ of content.readStream(key)) break
  await closed
  expect(object.stored.readableEnded).toBe(false)
})

test('a key is read against the digest it promises, or the one that is expected', async () => {
  const blob = await current().staging.stage(small, 'identity')
  await content.putStaged({ ...manifest, key: 'named' }, blob)
  const named = { ...manifest, key: 'named' }
  expect(await Array.fromAsync(content.readStream(named))).toEqual([small])
  expect(await Array.fromAsync(content.readStream(named, blob.digest))).toEqual([small])
  await expect(Array.fromAsync(content.readStream(named, sha256Of('other')))).rejects.toMatchObject(corrupt)
})

test('a staged blob is not put under the digest of another', async () => {
  const blob = await current().staging.stage(small, 'zstd')
  const key = blobKey(acme, 'artifacts', sha256Of('other'), '.zst')
  await expect(content.putStaged(key, blob)).rejects.toThrow(TypeError)
  expect(await current().store.has(key)).toBe(false)
})

test('the first content under a name stays, and putting other content there is no error', async () => {
  await content.putNamed(manifest, Buffer.from('first'))
  await content.putNamed(manifest, Buffer.from('first'))
  await content.putNamed(manifest, Buffer.from('FIRST'))
  await content.putNamed(manifest, Buffer.from('a longer second'))
  expect((await content.readNamed(manifest)).toString()).toBe('first')
  await expect(content.readNamed(manifest, 4)).rejects.toMatchObject({ code: 'CAS_TOO_LARGE' })
  expect(await current().staged()).toEqual([])
})

test('a put that fails leaves nothing staged', async () => {
  await writeFile(join(current().directory, 'cas'), 'a file where the root should be')
  const unavailable = { code: 'CAS_UNAVAILABLE' }
  await expect(content.putBytes(acme, 'artifacts', small, '.zst')).rejects.toMatchObject(unavailable)
  await expect(content.putNamed(manifest, small)).rejects.toMatchObject(unavailable)
  expect(await current().staged()).toEqual([])
})

test('the same bytes in two tenants are two objects', async () => {
  const digest = await content.putBytes(acme, 'artifacts', small, '.zst')
  const other = tenantOf('other')
  await expect(content.readBytes(other, 'artifacts', digest, '.zst')).rejects.toMatchObject({ code: 'CAS_NOT_FOUND' })
  await content.putBytes(other, 'artifacts', small, '.zst')
  const path = (tenant: string) =>
    join(current().directory, 'cas', tenant, 'artifacts', hexOf(digest).slice(0, 2), `${hexOf(digest)}.zst`)
  expect((await stat(path('acme'))).ino).not.toBe((await stat(path('other'))).ino)
})

/** What became of reading: only a refusal as corrupt, or the right content, may ever. */
async function outcomeOf(reading: Promise<Buffer>, right: Buffer): Promise<string> {
  try {
    return (await reading).equals(right) ? 'right' : 'other content'
  } catch (error) {
    return error instanceof CasError ? error.code : String(error)
  }
}

function flipped(bytes: Buffer, bit: number): Buffer {
  const copy = Buffer.from(bytes)
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7))
  return copy
}

async function* failingAfter(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes
  throw new Error('EIO')
}

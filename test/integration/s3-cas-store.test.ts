import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import {
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectRetentionCommand,
  GetObjectTaggingCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { CasKey } from '../../src/cas/cas-store.ts'
import { blobKey } from '../../src/cas/cas-uri.ts'
import { keepsCasStoreContract } from '../contract/cas-store.ts'
import { openBrokenPassage } from '../support/broken-passage.ts'
import { type S3Server, s3Credentials, startVersitygw, versitygwProgram } from '../support/real-parts/versitygw.ts'
import { openS3Content, unfinishedUploads } from '../support/s3-content.ts'
import { tenantOf } from '../unit/cas/in-temporary-directory.ts'

const acme = tenantOf('acme')
const oneDay = 24 * 60 * 60 * 1000
const unavailable = { code: 'CAS_UNAVAILABLE' }

function named(key: string, namespace: CasKey['namespace'] = 'artifacts'): CasKey {
  return { tenant: acme, namespace, key }
}

describe.skipIf(versitygwProgram === undefined)('on a real gateway', () => {
  let server: S3Server
  beforeAll(async () => {
    for (const [name, value] of Object.entries(s3Credentials)) vi.stubEnv(name, value)
    server = await startVersitygw()
  })
  afterAll(async () => {
    await server[Symbol.asyncDispose]()
    vi.unstubAllEnvs()
  })

  keepsCasStoreContract('S3CasStore', async () => {
    const s3 = await openS3Content(await server.newBucket())
    return { store: s3.store, staging: s3.staging, close: async () => await s3[Symbol.asyncDispose]() }
  })

  describe('content in parts', () => {
    const long = randomBytes(18 * 1024 * 1024 + 1)

    test('comes back as it was, is found present, and is never replaced', async () => {
      const options = await server.newBucket()
      await using s3 = await openS3Content(options)
      expect(await s3.put(named('long'), long)).toBe('stored')
      expect((await s3.content.readNamed(named('long'))).equals(long)).toBe(true)
      expect(await s3.put(named('long'), long)).toBe('present')
      await expect(s3.put(named('long'), long.subarray(1))).rejects.toMatchObject({ code: 'CAS_LENGTH_MISMATCH' })
      expect(await unfinishedUploads(server.client, options.bucket)).toBe(0)
    })

    test('is stored once when several put it at the same time, and no part is left', async () => {
      const options = await server.newBucket()
      await using s3 = await openS3Content(options)
      const outcomes = await Promise.all([1, 2, 3].map(() => s3.put(named('long'), long)))
      expect(outcomes.toSorted()).toEqual(['present', 'present', 'stored'])
      expect((await s3.content.readNamed(named('long'))).equals(long)).toBe(true)
      expect(await unfinishedUploads(server.client, options.bucket)).toBe(0)
    })

    test('nothing of it is there when the server dies in the middle, and no part stays when it is back', async () => {
      const options = await server.newBucket()
      await using passage = await openBrokenPassage(server.endpoint)
      await using s3 = await openS3Content({ ...options, endpoint: passage.endpoint })
      let killed: Promise<void> | undefined
      passage.onBytes = (bytesSoFar) => {
        if (bytesSoFar < 12_000_000) return 'pass'
        killed ??= server.kill()
        return 'cut'
      }
      await expect(s3.put(named('long'), long)).rejects.toMatchObject(unavailable)
      await killed
      passage.onBytes = () => 'pass'
      await server.start()
      expect(await s3.store.has(named('long'))).toBe(false)
      expect(await unfinishedUploads(server.client, options.bucket)).toBe(1)
      await s3.store.check()
      expect(await unfinishedUploads(server.client, options.bucket)).toBe(0)
      expect(await s3.put(named('long'), long)).toBe('stored')
    })

    test('parts that dead processes left are thrown away after a day, and those of others never', async () => {
      const options = await server.newBucket()
      for (const Key of ['acme/artifacts/ours', 'backups/of-somebody-else.tar']) {
        await server.client.send(new CreateMultipartUploadCommand({ Bucket: options.bucket, Key }))
      }
      await using today = await openS3Content(options)
      expect(await today.store.clearAbandoned()).toBe(0)
      await using tomorrow = await openS3Content(options, () => Date.now() + oneDay + 60_000)
      expect(await tomorrow.store.clearAbandoned()).toBe(1)
      expect(await unfinishedUploads(server.client, options.bucket)).toBe(1)
    })
  })

  describe('what it reads', () => {
    test('is refused when its digest is another', async () => {
      const options = await server.newBucket()
      await using s3 = await openS3Content(options)
      const digest = await s3.content.putBytes(acme, 'artifacts', Buffer.from('right'), '.zst')
      const other = await s3.content.putBytes(acme, 'artifacts', Buffer.from('wrong'), '.zst')
      const [key, otherKey] = [digest, other].map((named) => blobKey(acme, 'artifacts', named, '.zst'))
      const wrong = await s3.store.open(otherKey!)
      await replace(options.bucket, key!, Buffer.concat(await Array.fromAsync(wrong.stored)))
      await expect(s3.content.readBytes(acme, 'artifacts', digest, '.zst')).rejects.toMatchObject({
        code: 'CAS_CORRUPT',
      })
    })

    test.each([
      ['cut off', (bytes: Uint8Array) => bytes.subarray(0, 20)],
      ['emptied', () => Buffer.alloc(0)],
      ['added to', (bytes: Uint8Array) => Buffer.concat([bytes, Buffer.from('x')])],
    ])('a put over an object that was %s is refused, rather than taken for present', async (_, damage) => {
      const options = await server.newBucket()
      await using s3 = await openS3Content(options)
      await s3.put(named('a.zst'), Buffer.from('content'))
      const { stored } = await s3.store.open(named('a.zst'))
      await replace(options.bucket, named('a.zst'), damage(Buffer.concat(await Array.fromAsync(stored))))
      await expect(s3.put(named('a.zst'), Buffer.from('content'))).rejects.toMatchObject({
        code: 'CAS_LENGTH_MISMATCH',
      })
    })

    test('is listed beyond the first page, and without what no put could have named', async () => {
      const options = await server.newBucket()
      await using s3 = await openS3Content(options)
      const keys = Array.from({ length: 1_030 }, (_, position) => `k/${position}`)
      for (const key of ['a b', '.hidden', 'dir/']) await replace(options.bucket, named(key))
      const directory = join(server.dataDirectory, options.bucket, 'acme/artifacts')
      await mkdir(join(directory, 'k'))
      await Promise.all(keys.map((key) => writeFile(join(directory, key), 'x')))
      const listed = await Array.fromAsync(s3.store.list(acme))
      expect(listed).toEqual(keys.toSorted().map((key) => named(key)))
    })
  })

  describe('the time of the last put', () => {
    const lastPut = async (bucket: string, key: string) => {
      const { TagSet } = await server.client.send(new GetObjectTaggingCommand({ Bucket: bucket, Key: key }))
      return TagSet
    }

    test('is renewed by a put of what is there, without sending it again', async () => {
      const options = await server.newBucket()
      await using s3 = await openS3Content(options, () => Date.UTC(2026, 10, 20, 12))
      await s3.put(named('a'), Buffer.from('content'))
      expect(await lastPut(options.bucket, 'acme/artifacts/a')).toEqual([])
      expect(await s3.put(named('a'), Buffer.from('content'))).toBe('present')
      expect(await lastPut(options.bucket, 'acme/artifacts/a')).toEqual([
        { Key: 'signals-last-put', Value: '2026-11-20T12:00:00.000Z' },
      ])
    })

    test('locks until then what is not derived, when the option says so', async () => {
      const options = await server.newBucket({ hasObjectLock: true })
      const objectLock = { mode: 'governance', days: 7 } as const
      let now = Date.now()
      await using s3 = await openS3Content({ ...options, objectLock }, () => now)
      const retained = async (Key: string) => {
        const { Retention } = await server.client.send(new GetObjectRetentionCommand({ Bucket: options.bucket, Key }))
        return { ...Retention, RetainUntilDate: Math.round((Retention?.RetainUntilDate?.getTime() ?? 0) / 1000) }
      }
      await s3.put(named('a'), Buffer.from('content'))
      await s3.put(named('a', 'graph_indexes'), Buffer.from('derived'))
      now += oneDay
      await s3.put(named('a'), Buffer.from('content'))
      const until = Math.round((now + 7 * oneDay) / 1000)
      expect(await retained('acme/artifacts/a')).toEqual({ Mode: 'GOVERNANCE', RetainUntilDate: until })
      await expect(retained('acme/graph_indexes/a')).rejects.toThrow(/ObjectLock|lock/i)
      const { Versions = [] } = await server.client.send(new ListObjectVersionsCommand({ Bucket: options.bucket }))
      const version = Versions.find(({ Key }) => Key === 'acme/artifacts/a')
      const removal = { Bucket: options.bucket, Key: 'acme/artifacts/a', VersionId: version?.VersionId }
      await expect(server.client.send(new DeleteObjectCommand(removal))).rejects.toMatchObject({ name: 'AccessDenied' })
      await s3.store.check()
      await s3.store.check()
    })
  })

  describe('a server that is not as it should be', () => {
    test('without the bucket is unavailable: nothing is absent, and nothing stored', async () => {
      await using s3 = await openS3Content({ ...(await server.newBucket()), bucket: 'not-made' })
      await expect(s3.store.open(named('a'))).rejects.toMatchObject(unavailable)
      await expect(s3.store.has(named('a'))).rejects.toMatchObject(unavailable)
      await expect(s3.put(named('a'), Buffer.from('content'))).rejects.toMatchObject(unavailable)
      await expect(Array.fromAsync(s3.store.list(acme))).rejects.toMatchObject(unavailable)
      await expect(s3.store.remove(named('a'))).rejects.toMatchObject(unavailable)
      await expect(s3.store.clearAbandoned()).rejects.toMatchObject(unavailable)
      await expect(s3.store.check()).rejects.toMatchObject(unavailable)
    })

    test('that does not know our key is unavailable', async () => {
      const options = await server.newBucket()
      vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'another')
      await using s3 = await openS3Content(options)
      await expect(s3.store.check()).rejects.toMatchObject(unavailable)
      vi.stubEnv('AWS_SECRET_ACCESS_KEY', s3Credentials.AWS_SECRET_ACCESS_KEY)
      await expect(s3.store.open(named('a'))).rejects.toMatchObject(unavailable)
    })

    test('that stops answering is unavailable after the time it has, and well when it goes on', async () => {
      const options = await server.newBucket()
      await using s3 = await openS3Content({ ...options, timeoutMs: 250 })
      server.suspend()
      try {
        await expect(s3.put(named('a'), Buffer.from('content'))).rejects.toMatchObject(unavailable)
        await expect(s3.store.check()).rejects.toMatchObject(unavailable)
      } finally {
        server.resume()
      }
      await using patient = await openS3Content(options)
      await patient.store.check()
      // What timed out may have been stored all the same.
      expect(['stored', 'present']).toContain(await patient.put(named('a'), Buffer.from('content')))
    })

    test('whose answer gets lost has stored all the same: the next try finds it present', async () => {
      const options = await server.newBucket()
      await using passage = await openBrokenPassage(server.endpoint)
      await using s3 = await openS3Content({ ...options, endpoint: passage.endpoint })
      passage.answersToLose = 1
      expect(await s3.put(named('a'), Buffer.from('content'))).toBe('present')
      expect((await s3.content.readNamed(named('a'))).toString()).toBe('content')
    })

    test.each(['cuts a body off', 'does not go on with a body'])('that %s is unavailable', async (fault) => {
      const options = await server.newBucket()
      await using passage = await openBrokenPassage(server.endpoint)
      await using patient = await openS3Content(options)
      await patient.put(named('long'), randomBytes(8_000_000))
      await using s3 = await openS3Content({ ...options, endpoint: passage.endpoint, timeoutMs: 500 })
      passage.answerBytesLeft = 1_000_000
      const chunks = s3.content.readStream(named('long'))
      await chunks.next()
      if (fault === 'cuts a body off') await passage[Symbol.asyncDispose]()
      const reading = Array.fromAsync(chunks).then(({ length }) => `${length} chunks`)
      await expect(reading).rejects.toMatchObject(unavailable)
    })
  })

  async function replace(bucket: string, { tenant, namespace, key }: CasKey, text: Uint8Array = Buffer.from('x')) {
    const Body = key.endsWith('/') ? Buffer.alloc(0) : text
    await server.client.send(new PutObjectCommand({ Bucket: bucket, Key: `${tenant}/${namespace}/${key}`, Body }))
  }
})

test('a server that replaces whatever the condition says is not taken for a store', async () => {
  for (const [name, value] of Object.entries(s3Credentials)) vi.stubEnv(name, value)
  const careless = createServer((request, response) => request.resume().on('end', () => response.end()))
  careless.listen(0, '127.0.0.1')
  await once(careless, 'listening')
  const address = careless.address()
  const endpoint = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
  const objectLock = { mode: 'off', days: 1 } as const
  const options = { endpoint, bucket: 'b', region: 'us-east-1', timeoutMs: 1_000, attempts: 1, objectLock }
  await using s3 = await openS3Content(options)
  await expect(s3.store.check()).rejects.toThrow('ignores If-None-Match')
  careless.close()
  careless.closeAllConnections()
})

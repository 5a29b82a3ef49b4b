import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { FactRow } from '../../src/facts/fact-row.ts'
import { RedisFactCache, type RedisFactCacheDeps } from '../../src/facts/redis-fact-cache.ts'
import { openRedis } from '../../src/redis/open-redis.ts'
import { factCacheKey } from '../../src/redis/redis-keys.ts'
import { type FactsBehindCache, keepsFactCacheContract, type OpenFactCaches } from '../contract/fact-cache.ts'
import { latch } from '../support/latch.ts'
import { mapBlobs } from '../support/map-blobs.ts'
import {
  findRedisServer,
  newRedis,
  type RealRedis,
  startRedis,
  startRedisCluster,
} from '../support/real-parts/redis-server.ts'
import { acme, someFactRow } from '../support/store-values.ts'

const binary = (await findRedisServer()) ?? ''
const factTtlMs = 60_000
const absentTtlMs = 2_000
const key = factCacheKey(acme, 'scan-1')

async function openOne(redis: RealRedis, facts: RedisFactCacheDeps['facts']) {
  const told: unknown[] = []
  const tell = (line: unknown): void => void told.push(line)
  const logger = { info: tell, warn: tell }
  const connection = await openRedis({ url: redis.url, part: 'cache', timeoutMs: 500, logger })
  const deps = { facts, blobs: () => mapBlobs(), redis: connection, factTtlMs, absentTtlMs, logger }
  return { cache: new RedisFactCache(deps), connection, told, [Symbol.dispose]: () => connection.close() }
}

function longRow(): FactRow {
  const row = someFactRow()
  const said = Array.from({ length: 40_000 }, (_, line) => `shop.pay${line}`)
  return { ...row, fact: { ...row.fact!, body: Buffer.from(JSON.stringify({ said })) } }
}

describe.skipIf(binary === '').each([
  ['Redis', startRedis],
  ['a cluster of Redis', startRedisCluster],
] as const)('the cache on %s', (kind, start) => {
  let redis: RealRedis
  beforeAll(async () => {
    redis = await start(binary)
  })
  afterAll(() => redis[Symbol.asyncDispose]())

  keepsFactCacheContract(kind, async (facts: FactsBehindCache): Promise<OpenFactCaches> => {
    await redis.client.flushall()
    const [one, other] = await Promise.all([openOne(redis, facts), openOne(redis, facts)])
    const close = async (): Promise<void> => {
      one.connection.close()
      other.connection.close()
    }
    return { cache: one.cache, replica: other.cache, close }
  })

  test('keeps a fact for its time, and that there is none for a short time', async () => {
    await redis.client.flushall()
    using known = await openOne(redis, { find: async () => someFactRow() })
    await known.cache.read(acme, 'scan-1')
    expect(await redis.client.pttl(key)).toBeGreaterThan(factTtlMs / 2)
    expect(await redis.client.hkeys(key)).not.toContain('reader')
    using unknown = await openOne(redis, { find: async () => undefined })
    await unknown.cache.read(acme, 'nobody')
    const leftMs = await redis.client.pttl(factCacheKey(acme, 'nobody'))
    expect(leftMs).toBeGreaterThan(0)
    expect(leftMs).toBeLessThanOrEqual(absentTtlMs)
    await unknown.cache.read(acme, 'nobody')
    expect(unknown.cache.figures()).toEqual({ hits: 1, misses: 1 })
  })

  test('holds a long fact in less than it is long, and gives out the same bytes', async () => {
    await redis.client.flushall()
    using opened = await openOne(redis, { find: async () => longRow() })
    const read = await opened.cache.read(acme, 'scan-1')
    expect(await redis.client.hstrlen(key, 'bytes')).toBeLessThan((read?.bytes.byteLength ?? 0) / 4)
    expect((await opened.cache.read(acme, 'scan-1'))?.bytes).toEqual(read?.bytes)
    expect(opened.cache.figures()).toEqual({ hits: 1, misses: 1 })
  })

  test('reads what it holds damaged from the store', async () => {
    await redis.client.flushall()
    using opened = await openOne(redis, { find: async () => longRow() })
    const read = await opened.cache.read(acme, 'scan-1')
    await redis.client.hset(key, 'bytes', Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0]))
    expect((await opened.cache.read(acme, 'scan-1'))?.bytes).toEqual(read?.bytes)
  })

  test('a slow reader puts nothing back even when the server lost everything, the mark too', async () => {
    await redis.client.flushall()
    const [hasRead, goOn] = [latch(), latch()]
    using slow = await openOne(redis, {
      find: async () => {
        hasRead.open()
        await goOn.opened
        return someFactRow()
      },
    })
    const reading = slow.cache.read(acme, 'scan-1')
    await hasRead.opened
    await redis.client.flushall()
    goOn.open()
    await reading
    expect(await redis.client.exists(key)).toBe(0)
  })

  test('what stands under its key and is not its own is left alone, and the store answers', async () => {
    await redis.client.flushall()
    await redis.client.set(key, 'not ours')
    using opened = await openOne(redis, { find: async () => someFactRow() })
    expect(await opened.cache.read(acme, 'scan-1')).toMatchObject({ version: 1 })
    await opened.cache.mark({ tenant: acme, subjectKey: 'scan-1', revision: 2 })
    expect(opened.told).toEqual([expect.objectContaining({ reason: expect.stringContaining('WRONGTYPE') })])
    expect(await redis.client.get(key)).toBe('not ours')
  })

  test('a server without room serves nothing that is marked', async () => {
    await redis.client.flushall()
    using opened = await openOne(redis, { find: async () => someFactRow() })
    await opened.cache.read(acme, 'scan-1')
    await redis.client.config('SET', 'maxmemory', '1')
    try {
      await opened.cache.mark({ tenant: acme, subjectKey: 'scan-1', revision: 2 })
      expect(await redis.client.hget(key, 'bytes')).toBeNull()
      expect(await opened.cache.read(acme, 'scan-1')).toMatchObject({ version: 1 })
      expect(opened.cache.figures()).toEqual({ hits: 0, misses: 2 })
    } finally {
      await redis.client.config('SET', 'maxmemory', '0')
    }
    expect(opened.told).toEqual([])
  })

  test('while the server is away or paused, the store answers and a mark is refused; nothing waits for more than a time-out', async () => {
    await using other = await newRedis(binary)
    using opened = await openOne(other, { find: async () => someFactRow() })
    const { cache, connection } = opened
    const subject = { tenant: acme, subjectKey: 'scan-1', revision: 1 }
    expect(await cache.read(acme, 'scan-1')).toMatchObject({ version: 1 })
    await expect(cache.mark(subject)).rejects.toMatchObject({ kind: 'unreachable' })
    const ready = (): Promise<void> => new Promise((resolve) => connection.onReady(resolve))
    const started = ready()
    await other.start()
    await started
    await cache.mark(subject)
    other.pause()
    for (let reads = 0; reads < 500; reads += 1) {
      expect(await cache.read(acme, 'scan-1')).toMatchObject({ version: 1 })
    }
    await expect(cache.mark(subject)).rejects.toMatchObject({ kind: 'unreachable' })
    const again = ready()
    other.goOn()
    await again
    // The reader of the look that had no answer was granted the entry when the server went on.
    await other.client.del(key)
    await cache.read(acme, 'scan-1')
    await cache.read(acme, 'scan-1')
    expect(cache.figures().hits).toBeGreaterThan(0)
  })
})

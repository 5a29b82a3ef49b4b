import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { RedisSeenProofs } from '../../src/auth/possession/redis-seen-proofs.ts'
import { rememberedMs } from '../../src/auth/possession/seen-proofs.ts'
import { openRedis } from '../../src/redis/open-redis.ts'
import { seenProofKey } from '../../src/redis/redis-keys.ts'
import { keepsSeenProofsContract } from '../contract/seen-proofs.ts'
import { findRedisServer, type RealRedis, startRedis, startRedisCluster } from '../support/real-parts/redis-server.ts'

const binary = (await findRedisServer()) ?? ''
const unavailable = { code: 'DPOP_REPLAY_CACHE_UNAVAILABLE' }

async function openOne(redis: RealRedis) {
  const logger = { info: () => undefined, warn: () => undefined }
  const connection = await openRedis({ url: redis.url, part: 'proofs', timeoutMs: 200, logger })
  return { connection, seen: new RedisSeenProofs(connection), [Symbol.dispose]: () => connection.close() }
}

describe.skipIf(binary === '').each([
  ['Redis', startRedis],
  ['a cluster of Redis', startRedisCluster],
] as const)('on %s', (_, start) => {
  let redis: RealRedis
  const replicas: Awaited<ReturnType<typeof openOne>>[] = []
  beforeAll(async () => {
    redis = await start(binary)
    replicas.push(await openOne(redis), await openOne(redis))
  })
  afterAll(async () => {
    for (const replica of replicas) replica[Symbol.dispose]()
    await redis[Symbol.asyncDispose]()
  })

  keepsSeenProofsContract(async () => replicas.map(({ seen }) => seen))

  test('a proof is forgotten when it cannot be good any more', async () => {
    await replicas[0]?.seen.isFirst('a proof')
    const left = await redis.client.pttl(seenProofKey('a proof'))
    expect(left).toBeGreaterThan(rememberedMs - 60_000)
    expect(left).toBeLessThanOrEqual(rememberedMs)
  })
})

describe.skipIf(binary === '')('nobody can tell whether a proof was used before', () => {
  test('while the server is away, or silent, until it is back', async () => {
    await using redis = await startRedis(binary)
    using one = await openOne(redis)
    redis.pause()
    await expect(one.seen.isFirst('a')).rejects.toMatchObject(unavailable)
    await expect(one.seen.isFirst('a')).rejects.toMatchObject(unavailable)
    const isBack = new Promise<void>((resolve) => one.connection.onReady(resolve))
    redis.goOn()
    await isBack
    expect(await one.seen.isFirst('b')).toBe(true)
    await redis.kill()
    await expect(one.seen.isFirst('c')).rejects.toMatchObject(unavailable)
  })

  test('by a server that has no room for it', async () => {
    await using redis = await startRedis(binary, ['--maxmemory', '1', '--maxmemory-policy', 'noeviction'])
    using one = await openOne(redis)
    await expect(one.seen.isFirst('a')).rejects.toMatchObject({ ...unavailable, cause: { kind: 'refused' } })
  })
})

import { describe, expect, test } from 'vitest'
import { openRedis, type RedisConnection } from '../../src/redis/open-redis.ts'
import { RedisFailure } from '../../src/redis/redis-failure.ts'
import { findRedisServer, newRedis, startRedis } from '../support/real-parts/redis-server.ts'

const binary = (await findRedisServer()) ?? ''

interface Opened extends Disposable {
  readonly connection: RedisConnection
  readonly told: unknown[]
}

async function open(url: string, timeoutMs = 2_000): Promise<Opened> {
  const told: unknown[] = []
  const tell = (line: unknown): void => void told.push(line)
  const connection = await openRedis({ url, part: 'cache', timeoutMs, logger: { info: tell, warn: tell } })
  return { connection, told, [Symbol.dispose]: () => connection.close() }
}

async function failureOf(running: Promise<unknown>): Promise<unknown> {
  return await running.then(
    () => undefined,
    (error: unknown) => error,
  )
}

describe.skipIf(binary === '')('a connection to Redis', () => {
  test('opens without a server, fails at once, says so once, and mends itself', async () => {
    await using redis = await newRedis(binary)
    using opened = await open(redis.url)
    const { connection, told } = opened
    expect(await failureOf(connection.check())).toMatchObject({ kind: 'unreachable' })
    expect(told).toEqual([{ part: 'cache', reason: expect.stringContaining('ECONNREFUSED') }])
    const ready = new Promise<void>((resolve) => connection.onReady(resolve))
    await redis.start()
    await ready
    await connection.check()
    expect(told).toHaveLength(2)
  })

  test('a server that stops answering holds up one command, not the next, and is found again when it goes on', async () => {
    await using redis = await startRedis(binary)
    using opened = await open(redis.url)
    const { connection } = opened
    await connection.check()
    redis.pause()
    expect(await failureOf(connection.check())).toMatchObject({ kind: 'unreachable' })
    // More commands than time-outs would fit into the test's own: none of them waits for one.
    for (let commands = 0; commands < 1_000; commands += 1) {
      expect(await failureOf(connection.check())).toBeInstanceOf(RedisFailure)
    }
    const ready = new Promise<void>((resolve) => connection.onReady(resolve))
    redis.goOn()
    await ready
    await connection.check()
  })

  test('an error about the command is a refusal, one about the server’s state is not', async () => {
    await using redis = await startRedis(binary)
    using opened = await open(redis.url)
    const { connection } = opened
    await redis.client.set('text', 'x')
    const refused = await failureOf(connection.run((client) => client.xadd('text', '*', 'a', 'b')))
    expect(refused).toMatchObject({ kind: 'refused', message: expect.stringMatching(/^WRONGTYPE/) })
    await redis.client.call('REPLICAOF', '127.0.0.1', '1')
    const readOnly = await failureOf(connection.run((client) => client.set('a', 'b')))
    expect(readOnly).toMatchObject({ kind: 'unreachable', message: expect.stringMatching(/^READONLY/) })
  })

  test('a wrong password is told, but neither it nor what was sent is in the log or the error', async () => {
    await using redis = await startRedis(binary, ['--requirepass', 'right'])
    const url = redis.url.replace('redis://', 'redis://:hush%2Dhush@')
    using opened = await open(url)
    const failure = await failureOf(opened.connection.check())
    expect(failure).toMatchObject({ kind: 'unreachable' })
    expect(opened.told).toEqual([{ part: 'cache', reason: expect.stringContaining('WRONGPASS') }])
    expect(JSON.stringify([opened.told, failure, { ...(failure as object) }])).not.toMatch(/hush/)
  })
})

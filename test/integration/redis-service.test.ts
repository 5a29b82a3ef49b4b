import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { deadLetterStream, factStream } from '../../src/events/redis-event-stream.ts'
import { factCacheKey } from '../../src/redis/redis-keys.ts'
import { EvidenceClient, postSmallGraph, readFact, relayedVersions, versionsUpTo } from '../support/evidence-client.ts'
import { findRedisServer, newRedis, type RealRedis, startRedis } from '../support/real-parts/redis-server.ts'
import { distinctVersions, StreamFollower } from '../support/real-parts/stream-follower.ts'
import { type ServiceProcess, startServiceProcess, temporaryDirectory } from '../support/service-process.ts'
import { tenantNamed } from '../support/store-values.ts'

const binary = (await findRedisServer()) ?? ''
const subject = 'followed'
const key = factCacheKey(tenantNamed('default'), subject)

interface Running extends AsyncDisposable {
  readonly service: ServiceProcess
  readonly client: EvidenceClient
  /** Posts so many batches, each folded before the next; each makes a version. */
  post(batches: number): Promise<void>
}

let directory: Awaited<ReturnType<typeof temporaryDirectory>>
let runs = 0

beforeAll(async () => {
  directory = await temporaryDirectory()
})
afterAll(() => directory[Symbol.asyncDispose]())

async function run(redis: RealRedis, env: Readonly<Record<string, string>> = {}): Promise<Running> {
  runs += 1
  const data = join(directory.path, `data-${runs}`)
  const service = await startServiceProcess(data, { SIGNALS__REDIS__URL: redis.url, ...env })
  const { callgraphId } = await postSmallGraph(service.url, subject)
  const client = new EvidenceClient({ callgraphId, subject })
  return {
    service,
    client,
    async post(batches) {
      for (let batch = 0; batch < batches; batch += 1) {
        const batchKey = `batch-${client.acknowledged.size}`
        await client.post(service.url, { key: batchKey, symbols: ['a', 'b'], isAwaited: true })
      }
    },
    [Symbol.asyncDispose]: () => service.kill('SIGTERM'),
  }
}

async function json(service: ServiceProcess, path: string, init: RequestInit = {}) {
  const response = await fetch(`${service.url}${path}`, init)
  const text = await response.text()
  const body = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>
  return { status: response.status, body }
}

async function instanceFigures(service: ServiceProcess): Promise<Record<string, unknown>> {
  const { status, body } = await json(service, '/status')
  if (status !== 200) throw new Error(`${status}: ${JSON.stringify(body)}\n${service.log.slice(-5).join('\n')}`)
  return body['instance'] as Record<string, unknown>
}

/** A letter is told of before its event leaves the row. */
async function untilNothingWaits(service: ServiceProcess): Promise<void> {
  let waiting: unknown
  do waiting = (await instanceFigures(service))['unrelayedEvents']
  while (waiting !== 0)
}

describe.skipIf(binary === '')('a service with Redis', () => {
  test('puts every version on the stream in order, serves from the cache, and tells operators how it goes', async () => {
    await using redis = await startRedis(binary)
    await using running = await run(redis)
    const { service } = running
    await running.post(3)
    using follower = new StreamFollower(redis.url, factStream)
    const entries = await follower.until((seen) => distinctVersions(seen, subject).length === 4)
    expect(distinctVersions(entries, subject)).toEqual([1, 2, 3, 4])
    for (const { event, ...beside } of entries) {
      const { event_id, tenant, subject_key, fact_version } = event
      expect(beside).toEqual({ event_id, tenant, subject_key, fact_version })
    }
    const fact = await readFact(service.url, subject)
    expect(await readFact(service.url, subject)).toEqual(fact)
    expect(await redis.client.hget(key, 'version')).toBe('4')
    const { body } = await json(service, '/status')
    expect(body['backends']).toMatchObject({ cache: 'redis', bus: 'redis-streams' })
    expect(await instanceFigures(service)).toMatchObject({ deadLetters: 0, streamLength: 4, deadLetterStreamLength: 0 })
    expect(Number((await instanceFigures(service))['cacheHits'])).toBeGreaterThan(0)
    const asReader = await json(service, '/status', { headers: { 'x-scopes': 'signals:read' } })
    expect(asReader.body).not.toHaveProperty('instance')
    expect(await json(service, '/readyz')).toMatchObject({
      status: 200,
      body: { status: 'ready', dependencies: { redis: { state: 'up' } } },
    })
  })

  test('without its server it takes evidence and answers, says what is missing, and catches up by itself', async () => {
    await using redis = await newRedis(binary)
    await using running = await run(redis)
    const { service } = running
    await running.post(5)
    expect(await readFact(service.url, subject)).toMatchObject({ version: 6, hits: { a: 5, b: 5 } })
    expect(await json(service, '/readyz')).toMatchObject({
      status: 200,
      body: { status: 'degraded', dependencies: { redis: { state: 'down' }, store: { state: 'up' } } },
    })
    expect(await relayedVersions(service.url, subject, 6)).toEqual(versionsUpTo(6))
    expect(await instanceFigures(service)).toMatchObject({ unrelayedEvents: 6, streamLength: null, deadLetters: 0 })
    await redis.start()
    using follower = new StreamFollower(redis.url, factStream)
    const entries = await follower.until((seen) => distinctVersions(seen, subject).length === 6)
    expect(distinctVersions(entries, subject)).toEqual(versionsUpTo(6))
  })

  test('a server that is paused holds nobody up, and nothing is lost', async () => {
    await using redis = await startRedis(binary)
    await using running = await run(redis)
    const { service } = running
    await running.post(1)
    redis.pause()
    await running.post(20)
    for (let reads = 0; reads < 200; reads += 1) {
      expect((await readFact(service.url, subject)).version).toBe(22)
    }
    redis.goOn()
    using follower = new StreamFollower(redis.url, factStream)
    const entries = await follower.until((seen) => distinctVersions(seen, subject).length === 22)
    expect(distinctVersions(entries, subject)).toEqual(versionsUpTo(22))
    expect((await readFact(service.url, subject)).version).toBe(22)
  })

  test('a server that is killed and started again has every event, in order', async () => {
    await using redis = await startRedis(binary, ['--appendonly', 'yes', '--appendfsync', 'always'])
    await using running = await run(redis)
    using follower = new StreamFollower(redis.url, factStream)
    for (let kills = 1; kills <= 3; kills += 1) {
      await running.post(3)
      const posting = running.post(3)
      await redis.kill()
      await posting
      await redis.start()
      await follower.until((seen) => distinctVersions(seen, subject).length === 1 + 6 * kills)
    }
    const entries = await follower.until(() => true)
    expect(distinctVersions(entries, subject)).toEqual(versionsUpTo(19))
  })

  test('a stale entry that a killed writer left is gone when its event is on the stream', async () => {
    await using redis = await startRedis(binary)
    runs += 1
    const data = join(directory.path, `data-${runs}`)
    const env = { SIGNALS__REDIS__URL: redis.url }
    const first = await startServiceProcess(data, env)
    const { callgraphId } = await postSmallGraph(first.url, subject)
    const client = new EvidenceClient({ callgraphId, subject })
    using follower = new StreamFollower(redis.url, factStream)
    await follower.until((seen) => distinctVersions(seen, subject).includes(1))
    await readFact(first.url, subject)
    await first.kill('SIGTERM')
    const doomed = await startServiceProcess(data, { ...env, SIGNALS__TESTING__FAIL_POINTS: 'after-save' })
    await client.post(doomed.url, { key: 'one', symbols: ['a'] })
    expect((await doomed.exited).signal).toBe('SIGKILL')
    expect(await redis.client.hget(key, 'version')).toBe('1')
    const second = await startServiceProcess(data, env)
    await follower.until((seen) => distinctVersions(seen, subject).includes(2))
    expect(await readFact(second.url, subject)).toMatchObject({ version: 2, hits: { a: 1 } })
    await second.kill('SIGTERM')
  })

  test('what one replica wrote, the other reads: nobody who was told of a fold gets the fact from before it', async () => {
    await using redis = await startRedis(binary)
    await using one = await run(redis)
    const data = join(directory.path, `data-${runs}`)
    const other = await startServiceProcess(data, { SIGNALS__REDIS__URL: redis.url })
    for (let version = 2; version <= 20; version += 1) {
      await one.post(1)
      expect((await readFact(other.url, subject)).version).toBe(version)
      expect((await readFact(one.service.url, subject)).version).toBe(version)
    }
    // The other always comes first, so every hit is on what it put.
    expect(Number((await instanceFigures(one.service))['cacheHits'])).toBeGreaterThan(0)
    await other.kill('SIGTERM')
  })

  test('what the server refuses for a while arrives in the end, and is no dead letter', async () => {
    await using redis = await startRedis(binary)
    await redis.client.set(factStream, 'in the way')
    await using running = await run(redis)
    const { service } = running
    await running.post(2)
    expect(await instanceFigures(service)).toMatchObject({ unrelayedEvents: 3, deadLetters: 0 })
    await redis.client.del(factStream)
    using follower = new StreamFollower(redis.url, factStream)
    const entries = await follower.until((seen) => distinctVersions(seen, subject).length === 3)
    expect(distinctVersions(entries, subject)).toEqual([1, 2, 3])
    expect(await redis.client.exists(deadLetterStream)).toBe(0)
  })

  test('what it refuses for too long becomes dead letters in order, is told of with the reason, and can be replayed', async () => {
    await using redis = await startRedis(binary)
    await redis.client.set(factStream, 'in the way')
    await redis.client.set(deadLetterStream, 'in the way too')
    await using running = await run(redis, { SIGNALS__REDIS__GIVE_UP_AFTER_MS: '200' })
    const { service } = running
    await running.post(2)
    await service.untilLogged('signals.event.dead-lettered')
    await redis.client.del(deadLetterStream)
    using deadFollower = new StreamFollower(redis.url, deadLetterStream)
    const dead = await deadFollower.until((seen) => distinctVersions(seen, subject).length === 3)
    expect(distinctVersions(dead, subject)).toEqual([1, 2, 3])
    for (const { dlq_reason, attempts, first_failed_at } of dead) {
      expect(dlq_reason).toMatch(/^WRONGTYPE/)
      expect(attempts).toBeGreaterThan(0)
      expect(first_failed_at).toMatch(/^\d{4}-\d\d-\d\dT/)
    }
    const path = '/signals/events/dead-letters'
    const listed = (await json(service, path)).body['items'] as { eventId: string; factVersion: number }[]
    expect(listed.map(({ factVersion }) => factVersion)).toEqual([1, 2, 3])
    await untilNothingWaits(service)
    expect(await instanceFigures(service)).toMatchObject({ deadLetters: 3 })
    const [first, second, third] = listed.map(({ eventId }) => eventId)
    const replay = (eventId: string | undefined) => json(service, `${path}/${eventId}/replay`, { method: 'POST' })
    expect(await replay(first)).toMatchObject({ status: 502, body: { code: 'EVENT_REFUSED' } })
    await redis.client.del(factStream)
    expect((await replay(first)).status).toBe(202)
    expect((await replay(second)).status).toBe(202)
    expect((await json(service, `${path}/${third}`, { method: 'DELETE' })).status).toBe(204)
    using follower = new StreamFollower(redis.url, factStream)
    expect(distinctVersions(await follower.until((seen) => seen.length === 2), subject)).toEqual([1, 2])
    expect((await json(service, path)).body).toEqual({ items: [] })
    expect(await json(service, '/signals/events/replay', { method: 'POST' })).toMatchObject({
      status: 202,
      body: { replayed: 3 },
    })
    expect(distinctVersions(await follower.until((seen) => seen.length === 5), subject)).toEqual([1, 2, 3])
  })

  test('a user with the rights of the operations page, and no others, is enough', async () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/operations.md'), 'utf8')
    const [, rights = '', cacheKeys = '', streams = ''] =
      /The user needs\n`([^`]+)`, on the keys `([^`]+)` and `([^`]+)`/.exec(page) ?? []
    await using redis = await startRedis(binary)
    await redis.client.call(
      'ACL',
      'SETUSER',
      'signals',
      'on',
      '>pw',
      `~${cacheKeys}`,
      `~${streams}`,
      ...rights.split(' '),
    )
    const url = redis.url.replace('redis://', 'redis://signals:pw@')
    await using running = await run(redis, { SIGNALS__REDIS__URL: `${url}/0` })
    const { service } = running
    await running.post(2)
    using follower = new StreamFollower(redis.url, factStream)
    await follower.until((seen) => distinctVersions(seen, subject).length === 3)
    await readFact(service.url, subject)
    await readFact(service.url, subject)
    expect(await instanceFigures(service)).toMatchObject({ streamLength: 3, cacheHits: 1 })
    expect((await json(service, '/readyz')).body['status']).toBe('ready')
    expect(service.log.filter((line) => line.includes('NOPERM'))).toEqual([])
  })

  test('a password in the URL is nowhere in what the service writes', async () => {
    await using redis = await startRedis(binary, ['--requirepass', 'right'])
    const url = redis.url.replace('redis://', 'redis://:hush-hush@')
    await using running = await run(redis, { SIGNALS__REDIS__URL: url })
    const { service } = running
    await running.post(1)
    expect(await json(service, '/readyz')).toMatchObject({ status: 200, body: { status: 'degraded' } })
    const told = await service.untilLogged('redis cannot be reached')
    expect(told).toContain('WRONGPASS')
    expect(service.log.join('\n')).not.toContain('hush-hush')
  })
})

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { modeOf } from '../../src/config.ts'
import { someDeadLetter } from '../contract/dead-letters.ts'
import { type BuiltApp, openApp } from '../support/build-app.ts'
import { postGraph } from '../support/posted-graph.ts'
import { at, tenantNamed } from '../support/store-values.ts'

let built: BuiltApp

beforeAll(async () => {
  built = await openApp()
})
afterAll(() => built[Symbol.asyncDispose]())

test('each part that the service stands on is named, and is up', async () => {
  const { stores, cacheAndBus } = built.context
  const names = [...stores.checks, ...cacheAndBus.checks].map(({ name }) => name)
  expect(await built.ask('/healthz')).toMatchObject({ status: 200, body: { status: 'ok' } })
  expect(await built.ask('/readyz')).toMatchObject({
    status: 200,
    body: {
      status: 'ready',
      dependencies: Object.fromEntries(names.map((name) => [name, { state: 'up', latencyMs: expect.any(Number) }])),
    },
  })
  expect((await built.ask('/signals/ping')).status).toBe(204)
})

test.each(['/status', '/signals/status'])(
  '%s tells how the service is, and each tenant only its own figures',
  async (path) => {
    const { config } = built.context
    const onRedis = config.redis.url !== undefined
    const operator = await built.ask(path)
    expect(operator.body).toMatchObject({
      mode: modeOf(config),
      backends: {
        store: config.store.driver,
        cas: config.cas.driver,
        cache: onRedis ? 'redis' : 'memory',
        bus: onRedis ? 'redis-streams' : 'in-process',
      },
      tenant: { name: 'default' },
      instance: {},
    })
    const reader = await built.ask(path, { headers: { 'x-scopes': 'signals:read' } })
    expect(reader.status).toBe(200)
    expect(reader.body).not.toHaveProperty('instance')
  },
)

test('the hit rate of the cache, what waits for the relay and how old it is are among the figures of the instance', async () => {
  await postGraph(built, { scanId: 'read-often', target: 'b' })
  await built.context.relay.flush()
  for (const _ of [1, 2, 3, 4]) await built.ask('/signals/facts/read-often')
  const { body } = await built.ask('/status')
  const figures = body['instance'] as Record<string, number>
  expect(figures).toMatchObject({
    pendingEvidence: 0,
    unrelayedEvents: 0,
    oldestUnrelayedEvent: null,
    outboxAgeSeconds: 0,
  })
  const { cacheHits = 0, cacheMisses = 0 } = figures
  expect(cacheHits).toBeGreaterThanOrEqual(3)
  expect(figures['cacheHitRate']).toBe(cacheHits / (cacheHits + cacheMisses))
})

describe('dead letters', () => {
  const path = '/signals/events/dead-letters'
  const tenant = tenantNamed('default')
  const letterOf = (subjectKey: string, deadAt: string) =>
    someDeadLetter({ tenant, subject_key: subjectKey }, { deadAt })

  test('are inspected, published once more, and thrown away', async () => {
    const { deadLetters } = built.context.stores
    const [replayed, purged] = [letterOf('replayed', at(1)), letterOf('purged', at(2))]
    for (const letter of [replayed, purged]) await deadLetters.add(letter)
    const listed = (await built.ask(path)).body['items']
    expect(listed).toMatchObject([{ subjectKey: 'replayed', event: replayed.event }, { subjectKey: 'purged' }])
    expect(await built.ask('/status')).toMatchObject({ body: { instance: { deadLetters: 2 } } })
    const replay = await built.ask(`${path}/${replayed.event.event_id}/replay`, { method: 'POST' })
    expect(replay).toMatchObject({ status: 202, body: { subjectKey: 'replayed' } })
    const purge = await built.ask(`${path}/${purged.event.event_id}`, { method: 'DELETE' })
    expect(purge.status).toBe(204)
    expect((await built.ask(path)).body).toEqual({ items: [] })
  })

  test('that nobody has are not found', async () => {
    for (const method of ['POST', 'DELETE'] as const) {
      const url = `${path}/nobody${method === 'POST' ? '/replay' : ''}`
      expect(await built.ask(url, { method })).toMatchObject({ status: 404 })
    }
  })
})

test('a span of the log is published once more, from where it is said to where it is said', async () => {
  for (const scanId of ['one', 'two', 'three']) await postGraph(built, { scanId, target: 'b' })
  await built.context.relay.flush()
  const logged = (await built.ask('/signals/events?limit=200')).body['items'] as { event_id: string }[]
  const [after, , through] = logged.slice(-3).map(({ event_id }) => event_id)
  const span = await built.ask(`/signals/events/replay?after=${after}&through=${through}`, { method: 'POST' })
  expect(span).toMatchObject({ status: 202, body: { replayed: 2 } })
})

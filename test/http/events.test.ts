import { mkdtemp, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { eventProblems } from '../../src/events/event-errors.ts'
import { eventRoutes } from '../../src/events/event-routes.ts'
import { InProcessBus } from '../../src/events/in-process-bus.ts'
import { SqliteEventLog } from '../../src/events/sqlite-event-log.ts'
import { httpProblems } from '../../src/http/http-errors.ts'
import { createHttpServer } from '../../src/http/http-server.ts'
import type { HttpServer } from '../../src/http/route.ts'
import { openSqlite, type Sqlite } from '../../src/sqlite/open-sqlite.ts'
import { ManualTime } from '../support/manual-timer.ts'
import { factUpdated, globex, tenantNamed } from '../support/store-values.ts'

const lookEveryMs = 1_000
const heartBeatMs = 15_000

let directory: string
let sqlite: Sqlite
let log: SqliteEventLog
let bus: InProcessBus
let time: ManualTime
let app: HttpServer
let mayGoOn: boolean
const clients: AbortController[] = []

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'events-'))
  sqlite = await openSqlite({ path: join(directory, 'signals.sqlite') })
  log = new SqliteEventLog(sqlite)
  bus = new InProcessBus({ info: () => undefined })
  time = new ManualTime()
  mayGoOn = true
  app = createHttpServer({ problems: { ...httpProblems, ...eventProblems } })
  app.addHook('onRequest', async (request) => {
    request.tenant = tenantNamed(String(request.headers['x-stella-tenant'] ?? 'acme'))
  })
  await app.register(eventRoutes, {
    prefix: '/signals/events',
    log,
    listen: (tenant, wake) => bus.listen(tenant, wake),
    clock: time.clock,
    timer: time.timer,
    lookEveryMs,
    heartBeatMs,
    maxStreamsPerTenant: 3,
    mayGoOn: async () => mayGoOn,
  })
})
afterEach(async () => {
  for (const client of clients.splice(0)) client.abort()
  await app.close()
  await sqlite.close()
  await rm(directory, { recursive: true, force: true })
})

async function get(path: string, headers: Record<string, string> = {}) {
  const response = await app.inject({ url: `/signals/events${path}`, headers })
  return { status: response.statusCode, body: response.json<Record<string, unknown>>() }
}

interface Follower {
  readonly status: number
  readonly headers: Headers
  /** The next message or comment, without its empty line; undefined at the end. */
  next(): Promise<string | undefined>
  leave(): void
}

async function follow(path = '', headers: Record<string, string> = {}): Promise<Follower> {
  if (!app.server.listening) await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  const client = new AbortController()
  clients.push(client)
  const response = await fetch(`http://127.0.0.1:${port}/signals/events${path}`, {
    headers: { accept: 'text/event-stream', ...headers },
    signal: client.signal,
  })
  const messages = messagesOf(response)
  const next = async () => (await messages.next()).value ?? undefined
  // The greeting is the same on every stream.
  if (response.ok) await next()
  return { status: response.status, headers: response.headers, next, leave: () => client.abort() }
}

async function* messagesOf(response: Response): AsyncGenerator<string, undefined> {
  let rest = ''
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const parts = (rest + chunk).split('\n\n')
    rest = parts.pop() ?? ''
    yield* parts
  }
  return undefined
}

function idOf(message: string | undefined): string | undefined {
  return /^id: (.*)$/m.exec(message ?? '')?.[1]
}

/** Lets the server come to where it waits for its next look. */
async function untilWaiting(count = 1): Promise<void> {
  while (time.waiting < count) await new Promise(setImmediate)
}

describe('GET /signals/events', () => {
  test('gives envelopes a page at a time, and a cursor with every page but the empty one', async () => {
    const events = [factUpdated(), factUpdated(), factUpdated()]
    await log.append(events)
    const first = await get('?limit=2')
    expect(first).toMatchObject({ status: 200, body: { items: events.slice(0, 2) } })
    for (const name of ['after', 'cursor']) {
      const second = await get(`?limit=2&${name}=${String(first.body['nextCursor'])}`)
      expect(second.body['items']).toEqual(events.slice(2))
      expect((await get(`?after=${String(second.body['nextCursor'])}`)).body).toEqual({ items: [] })
    }
    expect((await get(`?after=${events[1]?.event_id}`)).body['items']).toEqual(events.slice(2))
  })

  test.each(['?limit=0', '?limit=201', '?limit=x', '?after=', '?after=nobody', '?after=a&after=b'])(
    'refuses %s',
    async (query) => {
      expect(await get(query)).toMatchObject({ status: 400, body: { code: 'QUERY_INVALID' } })
    },
  )

  test('shows no tenant another’s events', async () => {
    const [own, foreign] = [factUpdated(), factUpdated({ tenant: globex })]
    await log.append([own, foreign])
    expect((await get('')).body['items']).toEqual([own])
    expect((await get('', { 'x-stella-tenant': 'globex' })).body['items']).toEqual([foreign])
    expect(await get(`?after=${foreign.event_id}`)).toMatchObject({ status: 400 })
  })
})

describe('GET /signals/events as server-sent events', () => {
  test('tells what is in the log, whole, with id and type', async () => {
    const event = factUpdated({ subject_key: 'line\u2028break\n\nid: forged' })
    await log.append([event])
    const follower = await follow()
    expect(follower.status).toBe(200)
    expect(follower.headers.get('content-type')).toMatch(/^text\/event-stream/)
    expect(follower.headers.get('cache-control')).toBe('no-store')
    const message = await follower.next()
    expect(message?.split('\n')).toEqual([
      `id: ${event.event_id}`,
      'event: signals.fact.updated.v1',
      `data: ${JSON.stringify(event)}`,
    ])
  })

  test('tells what comes as soon as the bus says so, without waiting for the next look', async () => {
    const follower = await follow()
    await untilWaiting()
    const event = factUpdated()
    await log.append([event])
    await bus.publish([event])
    expect(idOf(await follower.next())).toBe(event.event_id)
  })

  test('tells what another process appended at the next look', async () => {
    const follower = await follow()
    await untilWaiting()
    const event = factUpdated()
    await log.append([event])
    time.pass(lookEveryMs)
    expect(idOf(await follower.next())).toBe(event.event_id)
  })

  test('tells each event once and in order, however many come while it tells', async () => {
    const before = Array.from({ length: 250 }, () => factUpdated())
    await log.append(before)
    const follower = await follow()
    const seen = [idOf(await follower.next())]
    const after = Array.from({ length: 30 }, () => factUpdated())
    const appending = (async () => {
      for (const event of after) {
        await log.append([event])
        await bus.publish([event])
      }
    })()
    const expected = [...before, ...after].map(({ event_id }) => event_id)
    while (seen.length < expected.length) seen.push(idOf(await follower.next()))
    await appending
    expect(seen).toEqual(expected)
  })

  test('goes on behind Last-Event-ID, which counts more than the address', async () => {
    const events = [factUpdated(), factUpdated(), factUpdated()]
    await log.append(events)
    const [first, second, third] = events.map(({ event_id }) => event_id)
    expect(idOf(await (await follow(`?after=${first}`)).next())).toBe(second)
    const follower = await follow(`?after=${first}`, { 'last-event-id': second ?? '' })
    expect(idOf(await follower.next())).toBe(third)
  })

  test('refuses a position that names nothing while there is a status to refuse it with', async () => {
    expect(await follow('', { 'last-event-id': 'nobody' })).toMatchObject({ status: 400 })
    const problem = await follow('?after=nobody')
    expect(problem.headers.get('content-type')).toMatch(/^application\/problem\+json/)
  })

  test('says something now and then when nothing happens', async () => {
    const follower = await follow()
    await untilWaiting()
    time.pass(heartBeatMs)
    expect(await follower.next()).toBe(': heart-beat')
  })

  test('wakes nobody of another tenant', async () => {
    const follower = await follow('', { 'x-stella-tenant': 'globex' })
    await untilWaiting()
    const [foreign, own] = [factUpdated(), factUpdated({ tenant: globex })]
    await log.append([foreign, own])
    await bus.publish([foreign])
    expect(time.waiting).toBe(1)
    await bus.publish([own])
    expect(idOf(await follower.next())).toBe(own.event_id)
  })

  test('ends when the client goes: nothing is waited for any more', async () => {
    const follower = await follow()
    await untilWaiting()
    follower.leave()
    while (time.waiting > 0) await new Promise(setImmediate)
    expect(time.waiting).toBe(0)
  })

  test('ends at the next look once it may not go on, and tells nothing more', async () => {
    const follower = await follow()
    await untilWaiting()
    await log.append([factUpdated()])
    mayGoOn = false
    time.pass(lookEveryMs)
    expect(await follower.next()).toBeUndefined()
  })

  test('ends when the service stops, and lets it stop', async () => {
    const follower = await follow()
    await untilWaiting()
    await app.close()
    expect(await follower.next()).toBeUndefined()
    expect(time.waiting).toBe(0)
  })

  test('a tenant follows so many at once, another its own, and one that ends makes room', async () => {
    const followers = [await follow(), await follow(), await follow()]
    const refused = await follow()
    expect(refused.status).toBe(429)
    expect(refused.headers.get('retry-after')).toBe('5')
    expect((await follow('', { 'x-stella-tenant': 'globex' })).status).toBe(200)
    await untilWaiting(4)
    followers[0]?.leave()
    while (time.waiting > 3) await new Promise(setImmediate)
    expect((await follow()).status).toBe(200)
  })

  test.each([
    ['text/event-stream', true],
    ['application/json, Text/Event-Stream;q=0.5', true],
    ['application/json', false],
    ['*/*', false],
    ['text/event-streams', false],
  ])('accept %s', async (accept, isStream) => {
    if (!app.server.listening) await app.listen({ port: 0, host: '127.0.0.1' })
    const { port } = app.server.address() as AddressInfo
    const client = new AbortController()
    clients.push(client)
    const response = await fetch(`http://127.0.0.1:${port}/signals/events`, {
      headers: { accept },
      signal: client.signal,
    })
    expect(response.headers.get('content-type')?.startsWith('text/event-stream')).toBe(isStream)
  })
})

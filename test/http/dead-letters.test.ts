import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { authProblems } from '../../src/auth/auth-errors.ts'
import { authenticateOff } from '../../src/auth/authenticate-off.ts'
import { guardRoutes } from '../../src/auth/guard-routes.ts'
import { deadLetterRoutes } from '../../src/events/dead-letter-routes.ts'
import type { DeadLetter } from '../../src/events/dead-letters.ts'
import { EventError, eventProblems } from '../../src/events/event-errors.ts'
import type { FactUpdated } from '../../src/events/fact-updated.ts'
import { SqliteDeadLetters } from '../../src/events/sqlite-dead-letters.ts'
import { SqliteEventLog } from '../../src/events/sqlite-event-log.ts'
import { httpProblems } from '../../src/http/http-errors.ts'
import { createHttpServer } from '../../src/http/http-server.ts'
import type { HttpServer } from '../../src/http/route.ts'
import { someDeadLetter } from '../contract/dead-letters.ts'
import { at, factUpdated, globex } from '../support/store-values.ts'
import { openTwoReplicas, type TwoReplicas } from '../support/temporary-sqlite.ts'

let stores: TwoReplicas
let letters: SqliteDeadLetters
let log: SqliteEventLog
let published: FactUpdated[]
let onPublish: (event: FactUpdated) => Promise<void>
let app: HttpServer

beforeEach(async () => {
  stores = await openTwoReplicas()
  letters = new SqliteDeadLetters(stores.one)
  log = new SqliteEventLog(stores.one)
  published = []
  onPublish = async () => undefined
  app = createHttpServer({ problems: { ...httpProblems, ...authProblems, ...eventProblems } })
  guardRoutes(app, { authenticate: authenticateOff })
  await app.register(deadLetterRoutes, {
    prefix: '/signals/events',
    deadLetters: letters,
    log,
    republish: async (event) => {
      await onPublish(event)
      published.push(event)
    },
  })
})
afterEach(async () => {
  await app.close()
  await stores.close()
})

async function ask(method: 'GET' | 'POST' | 'DELETE', path: string, headers: Record<string, string> = {}) {
  const url = `/signals/events${path}`
  const response = await app.inject({ method, url, headers: { 'x-stella-tenant': 'acme', ...headers } })
  const body = response.body === '' ? {} : response.json<Record<string, unknown>>()
  return { status: response.statusCode, headers: response.headers, body }
}

const idOf = ({ event }: DeadLetter): string => event.event_id
const idsOf = (events: readonly FactUpdated[]): string[] => events.map(({ event_id }) => event_id)

describe('GET /signals/events/dead-letters', () => {
  test('lists what was refused, with reason and event, a page at a time', async () => {
    const added = [1, 2, 3].map((second) => someDeadLetter({}, { deadAt: at(second) }))
    for (const letter of added) await letters.add(letter)
    const first = await ask('GET', '/dead-letters?limit=2')
    const { event, reason, attempts, firstFailedAt, deadAt } = added[0]!
    expect(first.body['items']).toHaveLength(2)
    expect((first.body['items'] as unknown[])[0]).toEqual({
      eventId: event.event_id,
      subjectKey: event.subject_key,
      factVersion: event.fact_version,
      reason,
      attempts,
      firstFailedAt,
      deadAt,
      event,
    })
    const second = await ask('GET', `/dead-letters?limit=2&cursor=${String(first.body['nextCursor'])}`)
    expect(second.body['items']).toMatchObject([{ eventId: idOf(added[2]!) }])
  })

  test.each(['?limit=0', '?limit=201', '?cursor=nobody', '?cursor=a&cursor=b'])('refuses %s', async (query) => {
    expect(await ask('GET', `/dead-letters${query}`)).toMatchObject({ status: 400, body: { code: 'QUERY_INVALID' } })
  })
})

describe('POST /signals/events/dead-letters/{eventId}/replay', () => {
  test('publishes the event under its id, and the letter is gone', async () => {
    const letter = someDeadLetter()
    await letters.add(letter)
    expect(await ask('POST', `/dead-letters/${idOf(letter)}/replay`)).toMatchObject({
      status: 202,
      body: { eventId: idOf(letter), subjectKey: 'scan-1', factVersion: 1 },
    })
    expect(published).toEqual([letter.event])
    expect(await letters.count()).toBe(0)
    expect(await ask('POST', `/dead-letters/${idOf(letter)}/replay`)).toMatchObject({
      status: 404,
      body: { code: 'DEAD_LETTER_NOT_FOUND' },
    })
  })

  test.each([
    ['EVENT_REFUSED', 502],
    ['EVENT_BUS_UNAVAILABLE', 503],
  ] as const)('keeps the letter on %s, and tells nothing of the inside', async (code, status) => {
    const letter = someDeadLetter()
    await letters.add(letter)
    onPublish = () => Promise.reject(new EventError(code, 'secret host', { retryAfterSeconds: 5 }))
    const answer = await ask('POST', `/dead-letters/${idOf(letter)}/replay`)
    expect(answer).toMatchObject({ status, body: { code } })
    expect(answer.headers['retry-after']).toBe('5')
    expect(JSON.stringify(answer.body)).not.toContain('secret host')
    expect(await letters.count()).toBe(1)
  })
})

describe('DELETE /signals/events/dead-letters/{eventId}', () => {
  test('removes the letter and publishes nothing', async () => {
    const letter = someDeadLetter()
    await letters.add(letter)
    expect(await ask('DELETE', `/dead-letters/${idOf(letter)}`)).toMatchObject({ status: 204, body: {} })
    expect(await letters.count()).toBe(0)
    expect(published).toEqual([])
    expect(await ask('DELETE', `/dead-letters/${idOf(letter)}`)).toMatchObject({ status: 404 })
  })
})

describe('POST /signals/events/replay', () => {
  async function logged(count: number): Promise<FactUpdated[]> {
    const events = Array.from({ length: count }, (_, position) => factUpdated({ fact_version: position + 1 }))
    await log.append(events)
    return events
  }

  test('publishes the whole log in its order', async () => {
    const events = await logged(250)
    expect(await ask('POST', '/replay')).toMatchObject({ status: 202, body: { replayed: 250 } })
    expect(idsOf(published)).toEqual(idsOf(events))
  })

  test('publishes a span: behind the first that is named, up to and with the last', async () => {
    const events = await logged(250)
    const ids = idsOf(events)
    const answer = await ask('POST', `/replay?after=${ids[99]}&through=${ids[199]}`)
    expect(answer.body).toEqual({ replayed: 100 })
    expect(idsOf(published)).toEqual(ids.slice(100, 200))
  })

  test('a span longer than a request takes goes on where it stopped, and ends', async () => {
    const events = await logged(1_150)
    const first = await ask('POST', '/replay')
    expect(first.body).toEqual({ replayed: 1_000, nextCursor: expect.any(String) })
    const second = await ask('POST', `/replay?after=${String(first.body['nextCursor'])}`)
    expect(second.body).toEqual({ replayed: 150 })
    expect(idsOf(published)).toEqual(idsOf(events))
  })

  test.each([
    '?through=nobody',
    '?through=00000000-0000-4000-8000-000000000000',
    '?after=nobody',
    '?until=x',
    '?after=a&after=b',
  ])('refuses %s, and nothing is published', async (query) => {
    await logged(3)
    expect(await ask('POST', `/replay${query}`)).toMatchObject({ status: 400, body: { code: 'QUERY_INVALID' } })
    expect(published).toEqual([])
  })

  test('stops where the bus does', async () => {
    const events = await logged(5)
    onPublish = ({ fact_version }) =>
      fact_version < 3 ? Promise.resolve() : Promise.reject(new EventError('EVENT_BUS_UNAVAILABLE', 'gone'))
    expect(await ask('POST', '/replay')).toMatchObject({ status: 503 })
    expect(idsOf(published)).toEqual(idsOf(events.slice(0, 2)))
  })
})

test('all of it is for those who administer, and each tenant sees its own', async () => {
  const letter = someDeadLetter()
  await letters.add(letter)
  await log.append([factUpdated({ tenant: globex })])
  const paths = [
    ['GET', '/dead-letters'],
    ['POST', `/dead-letters/${idOf(letter)}/replay`],
    ['DELETE', `/dead-letters/${idOf(letter)}`],
    ['POST', '/replay'],
  ] as const
  for (const [method, path] of paths) {
    const scopes = 'signals:read signals:write signals:operate'
    expect(await ask(method, path, { 'x-scopes': scopes }), path).toMatchObject({ status: 403 })
  }
  const foreign = { 'x-stella-tenant': 'globex' }
  expect((await ask('GET', '/dead-letters', foreign)).body).toEqual({ items: [] })
  expect((await ask('POST', `/dead-letters/${idOf(letter)}/replay`, foreign)).status).toBe(404)
  expect((await ask('DELETE', `/dead-letters/${idOf(letter)}`, foreign)).status).toBe(404)
  expect((await ask('POST', '/replay')).body).toEqual({ replayed: 0 })
  expect(await letters.count()).toBe(1)
  expect(published).toEqual([])
})

import { afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { correlationIdOf, traceOf } from '../../src/http/correlation.ts'
import { isNotModified, matchesAny } from '../../src/http/etag.ts'
import { HttpError, httpProblems } from '../../src/http/http-errors.ts'
import { createHttpServer } from '../../src/http/http-server.ts'
import { idempotencyKeyOf } from '../../src/http/idempotency-key.ts'
import { decodeCursor, encodeCursor, PageQuery } from '../../src/http/paging.ts'
import { preferenceApplied, preferredWait } from '../../src/http/prefer.ts'
import type { HttpServer } from '../../src/http/route.ts'

const apps: HttpServer[] = []
afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.close()))
})

function server(): HttpServer {
  const app = createHttpServer({ problems: httpProblems })
  apps.push(app)
  return app
}

describe('correlation', () => {
  test.each(['a', '!~', 'x'.repeat(128)])('%s is echoed', (id) => {
    expect(correlationIdOf({ 'x-correlation-id': id })).toBe(id)
  })

  test.each(['', 'a b', 'é', 'x'.repeat(129), 'a\tb'])('%j is replaced', (id) => {
    expect(correlationIdOf({ 'x-correlation-id': id })).toMatch(/^[0-9a-f-]{36}$/)
  })

  test('answers and refusals carry it', async () => {
    const app = server()
    app.get('/', async ({ correlationId }) => ({ correlationId }))
    const good = await app.inject({ url: '/', headers: { 'x-correlation-id': 'mine' } })
    expect(good.headers['x-correlation-id']).toBe('mine')
    expect(good.json()).toEqual({ correlationId: 'mine' })
    const refused = await app.inject('/nowhere')
    expect(refused.json().correlationId).toBe(refused.headers['x-correlation-id'])
  })
})

describe('traceparent', () => {
  const traceId = '0af7651916cd43dd8448eb211c80319c'
  const spanId = 'b7ad6b7169203331'

  test.each([`00-${traceId}-${spanId}-01`, `01-${traceId}-${spanId}-00-more`])('%s is continued', (traceparent) => {
    expect(traceOf({ traceparent })).toEqual({ traceId, spanId })
  })

  test.each([
    '',
    `00-${traceId}-${spanId}`,
    `ff-${traceId}-${spanId}-01`,
    `00-${'0'.repeat(32)}-${spanId}-01`,
    `00-${traceId}-${'0'.repeat(16)}-01`,
    `00-${traceId.toUpperCase()}-${spanId}-01`,
    `00-${traceId}-${spanId}-01-more`,
  ])('%j is no trace', (traceparent) => {
    expect(traceOf({ traceparent })).toBeUndefined()
  })
})

describe('Prefer', () => {
  test.each([
    ['wait=5', 5],
    ['wait=0', 0],
    ['WAIT = 7', 7],
    ['wait="9"', 9],
    ['respond-async, wait=10', 10],
    ['wait=10; foo=bar', 10],
    ['wait=3, wait=4', 3],
    ['wait=31', 30],
    ['wait=9999999999', 30],
  ])('%s waits %i seconds', (prefer, seconds) => {
    expect(preferredWait({ prefer })).toBe(seconds)
  })

  test.each(['', 'wait', 'wait=', 'wait=-1', 'wait=1.5', 'wait=abc', 'await=5', 'wait="5', 'respond-async'])(
    '%j is ignored',
    (prefer) => {
      expect(preferredWait({ prefer })).toBeUndefined()
    },
  )

  test('the answer says which preference was kept', () => {
    expect(preferenceApplied(5, true)).toBe('wait=5')
    expect(preferenceApplied(5, false)).toBe('respond-async')
  })
})

describe('If-None-Match', () => {
  test.each(['"a"', 'W/"a"', '"b", "a"', '*', ' * ', '"a","b"'])('%s matches a', (header) => {
    expect(matchesAny(header, 'a')).toBe(true)
  })

  test.each([undefined, '', 'a', '"A"', '"aa"', '"b"', '"a', '"*"'])('%s does not match a', (header) => {
    expect(matchesAny(header, 'a')).toBe(false)
  })

  test('what the client has is not sent again', async () => {
    const app = server()
    app.get('/', async (request, reply) => (isNotModified(request, reply, '1-ab') ? reply.code(304).send() : { a: 1 }))
    const first = await app.inject('/')
    expect(first.headers['etag']).toBe('"1-ab"')
    const again = await app.inject({ url: '/', headers: { 'if-none-match': '"1-ab"' } })
    expect(again).toMatchObject({ statusCode: 304, body: '' })
    expect(again.headers['etag']).toBe('"1-ab"')
  })
})

describe('Idempotency-Key', () => {
  test.each(['k', '~', '!'.repeat(255)])('%s is taken', (key) => {
    expect(idempotencyKeyOf({ 'idempotency-key': key })).toBe(key)
  })

  test.each(['', ' ', 'a b', 'é', 'x'.repeat(256)])('%j is refused', (key) => {
    expect(() => idempotencyKeyOf({ 'idempotency-key': key })).toThrow(
      expect.objectContaining({ code: 'IDEMPOTENCY_KEY_INVALID' }),
    )
  })

  test('said twice it is refused, since no one knows which is meant', async () => {
    const app = server()
    app.post('/', async ({ headers }) => ({ key: idempotencyKeyOf(headers) }))
    const response = await app.inject({ method: 'POST', url: '/', headers: { 'idempotency-key': ['a', 'b'] } })
    expect(response.json()).toMatchObject({ status: 400, code: 'IDEMPOTENCY_KEY_INVALID' })
  })
})

describe('pages', () => {
  test.each(['1', '200', '50'])('a limit of %s is taken', (limit) => {
    expect(PageQuery.parse({ limit }).limit).toBe(Number(limit))
  })

  test('without a limit it is 50', () => {
    expect(PageQuery.parse({})).toEqual({ limit: 50 })
  })

  test.each(['0', '201', '-1', '1.5', '1e2', '', ' 5', 'x', '0x10'])(
    'a limit of %j is QUERY_INVALID',
    async (limit) => {
      const app = server()
      app.get('/', { schema: { querystring: PageQuery } }, async ({ query }) => query)
      const response = await app.inject({ url: '/', query: { limit } })
      expect(response.json()).toMatchObject({ status: 400, code: 'QUERY_INVALID', errors: [{ pointer: '/limit' }] })
    },
  )

  test('a parameter said twice is QUERY_INVALID', async () => {
    const app = server()
    app.get('/', { schema: { querystring: PageQuery } }, async ({ query }) => query)
    for (const url of ['/?limit=1&limit=1', '/?cursor=a&cursor=b']) {
      expect((await app.inject(url)).json()).toMatchObject({ status: 400, code: 'QUERY_INVALID' })
    }
  })

  const position = z.tuple([z.string(), z.int()])

  test('a cursor gives back its position', () => {
    expect(decodeCursor('facts', position, encodeCursor('facts', ['a|b\u{1f600}', 7]))).toEqual(['a|b\u{1f600}', 7])
  })

  test.each([
    'x',
    '!!!',
    encodeCursor('other', ['a', 7]),
    encodeCursor('facts', ['a']),
    encodeCursor('facts', ['a', 'b']),
    Buffer.from('{"0":"facts"}').toString('base64url'),
    Buffer.from('null').toString('base64url'),
  ])('%s is no cursor of the list', (cursor) => {
    expect(() => decodeCursor('facts', position, cursor)).toThrow(HttpError)
  })
})

test('no browser looks into what comes back for what else it might be, refused or not', async () => {
  const app = server()
  app.get('/:name', async () => ({}))
  for (const url of ['/a', '/a/b', '/%zz']) {
    expect({ url, told: (await app.inject(url)).headers['x-content-type-options'] }).toEqual({ url, told: 'nosniff' })
  }
})

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Asked, type BuiltApp, openApp } from '../support/build-app.ts'
import { postGraph } from '../support/posted-graph.ts'
import { expectCompleteProblem, expectRefusal, type Refusal } from '../support/refusals.ts'

type Method = NonNullable<Asked['method']>

interface Route {
  readonly url: string
  readonly methods: readonly Method[]
  readonly needsScope: boolean
}

let built: BuiltApp
let routes: readonly Route[]

beforeAll(async () => {
  built = await openApp({ limits: { jsonBodyBytes: 2_000, rawBodyBytes: 4_000 } })
  await postGraph(built, { scanId: 's1', target: 'b' })
  routes = await describedRoutes()
})
afterAll(() => built[Symbol.asyncDispose]())

/** Whatever the OpenAPI document has, so that a new route is held to this at once. */
async function describedRoutes(): Promise<Route[]> {
  const { body } = await built.ask('/openapi.json')
  const paths = body['paths'] as Record<string, Record<string, { description?: string }>>
  return Object.entries(paths).map(([path, operations]) => ({
    url: path.replaceAll(/\{[^}]+\}/g, 's1'),
    methods: Object.keys(operations).map((method) => method.toUpperCase() as Method),
    needsScope: Object.values(operations).some(({ description }) => /scope/.test(description ?? '')),
  }))
}

function refusal(status: number, code: string): Refusal {
  return { title: '', status, code }
}

test('the document lists the routes that the contracts name', () => {
  const urls = routes.map(({ url }) => url)
  expect(urls).toEqual(
    expect.arrayContaining([
      '/healthz',
      '/readyz',
      '/status',
      '/signals/status',
      '/signals/ping',
      '/signals/callgraphs',
      '/signals/callgraphs/s1',
      '/signals/callgraphs/s1/manifest',
      '/signals/callgraphs/s1/graph',
      '/signals/runtime-facts',
      '/signals/runtime-facts/ndjson',
      '/signals/receipts/s1',
      '/signals/facts',
      '/signals/facts/s1',
      '/signals/facts/s1/states',
      '/signals/facts/s1/runtime-facts',
      '/signals/events',
    ]),
  )
})

describe('every route', () => {
  test('answers a method that it does not take with 405 and those that it does', async () => {
    for (const { url, methods } of routes) {
      const taken = new Set<Method>(methods.includes('GET') ? [...methods, 'HEAD'] : methods)
      for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const) {
        if (taken.has(method)) continue
        const answer = await built.ask(url, { method })
        expect({ url, method, status: answer.status }).toEqual({ url, method, status: 405 })
        expectCompleteProblem(answer, url)
        expect(String(answer.headers['allow']).split(', ')).toEqual([...taken].sort())
      }
    }
  })

  test('that needs a scope refuses who has none, and a tenant that is none, whatever else is wrong', async () => {
    const before = await built.stored()
    const guarded = routes.filter(({ needsScope }) => needsScope)
    expect(guarded.length).toBeGreaterThan(10)
    for (const { url, methods } of guarded) {
      for (const method of methods) {
        const wrong = { method, ...(method === 'POST' && { body: '{' }) }
        const scopeless = await built.ask(url, { ...wrong, headers: { 'x-scopes': '' } })
        expect({ url, code: scopeless.body['code'] }).toEqual({ url, code: 'SCOPE_MISSING' })
        expectCompleteProblem(scopeless, url)
        const nobody = await built.ask(url, { ...wrong, headers: { 'x-scopes': '', 'x-stella-tenant': '../etc' } })
        expect({ url, code: nobody.body['code'] }).toEqual({ url, code: 'TENANT_INVALID' })
        expectCompleteProblem(nobody, url)
      }
    }
    expect(await built.stored()).toEqual(before)
  })

  test('answers a path below it that is none with 404', async () => {
    for (const { url } of routes) {
      const below = `${url.replace(/\/$/, '')}/s1/no/such/path`
      const answer = await built.ask(below)
      expect({ below, status: answer.status, code: answer.body['code'] }).toEqual({
        below,
        status: 404,
        code: 'ROUTE_NOT_FOUND',
      })
      expectCompleteProblem(answer, below)
    }
  })

  test('refuses a query that is no percent-encoded UTF-8', async () => {
    for (const { url, methods, needsScope } of routes) {
      if (!needsScope) continue
      const [method] = methods
      const answer = await built.ask(`${url}?x=%ff`, { ...(method && { method }) })
      expect({ url, code: answer.body['code'] }).toEqual({ url, code: 'QUERY_INVALID' })
    }
  })
})

describe('a tenant', () => {
  const rejected = ['A', 'é', '.a', '-a', '_a', 'a b', 'a/b', '../a', 'a\\b', 'a%2fb', 'x'.repeat(64), 'a,b', '*']

  test.each(rejected)('is not %j', async (tenant) => {
    const headers = { 'x-stella-tenant': tenant }
    await expectRefusal(built, refusal(400, 'TENANT_INVALID'), { url: '/signals/facts', headers })
    await expectRefusal(built, refusal(400, 'TENANT_INVALID'), { url: '/signals/no-such', headers })
  })

  test('is the same in both headers, or the request is refused', async () => {
    const both = { 'x-stella-tenant': 'acme', 'x-stellaops-tenant': 'globex' }
    await expectRefusal(built, refusal(400, 'TENANT_INVALID'), { url: '/signals/facts', headers: both })
    const same = { 'x-stella-tenant': 'acme', 'x-stellaops-tenant': 'acme' }
    expect(await built.ask('/signals/facts', { headers: same })).toMatchObject({ status: 200, body: { items: [] } })
  })

  test('that is empty was not said', async () => {
    const answer = await built.ask('/status', { headers: { 'x-stella-tenant': '' } })
    expect(answer.body['tenant']).toMatchObject({ name: 'default' })
  })

  test('sees nothing of another, by no path', async () => {
    const acme = { 'x-stella-tenant': 'acme' }
    const own = await built.ask('/signals/callgraphs')
    const [{ callgraphId }] = own.body['items'] as [{ callgraphId: string }]
    const hidden = [
      `/signals/callgraphs/${callgraphId}`,
      `/signals/callgraphs/${callgraphId}/manifest`,
      `/signals/callgraphs/${callgraphId}/graph`,
      '/signals/facts/s1',
      '/signals/facts?subjectKey=s1',
      '/signals/facts/s1/states',
      '/signals/facts/s1/runtime-facts',
      '/signals/unknowns/s1',
    ]
    for (const url of hidden) expect((await built.ask(url, { headers: acme })).status).toBe(404)
    for (const url of ['/signals/callgraphs', '/signals/facts', '/signals/events']) {
      expect((await built.ask(url, { headers: acme })).body['items']).toEqual([])
    }
    const { body } = await built.ask('/status', { headers: { ...acme, 'x-scopes': 'signals:read' } })
    expect(body).toMatchObject({ tenant: { name: 'acme', figures: { facts: 0, pendingEvidence: 0 } } })
    expect(body).not.toHaveProperty('instance')
  })
})

describe('of several things that are wrong', () => {
  const large = '{'.repeat(5_000)
  const steps: readonly (readonly [string, number])[] = [
    ['TENANT_INVALID', 400],
    ['SCOPE_MISSING', 403],
    ['CONTENT_TYPE_UNSUPPORTED', 415],
    ['BODY_TOO_LARGE', 413],
    ['JSON_MALFORMED', 400],
  ]

  /** Everything is wrong at first, and put right one by one in the order of refusal. */
  function request(step: number, type: string): Asked {
    return {
      method: 'POST',
      body: step < 4 ? large : '{',
      headers: {
        'x-stella-tenant': step < 1 ? 'BAD' : 'acme',
        ...(step < 2 && { 'x-scopes': '' }),
        'content-type': step < 3 ? 'application/xml' : type,
      },
    }
  }

  test.each(['/signals/runtime-facts', '/signals/reachability/recompute', '/signals/unknowns'])(
    '%s tells the first in the promised order',
    async (url) => {
      for (const [step, [code, status]] of steps.entries()) {
        await expectRefusal(built, refusal(status, code), { url, ...request(step, 'application/json') })
      }
    },
  )

  test('a stream tells its type before its size, and its size before its query', async () => {
    const url = '/signals/runtime-facts/ndjson?strict=maybe'
    const body = large
    const xml = { url, body, headers: { 'content-type': 'application/xml' } }
    await expectRefusal(built, refusal(415, 'CONTENT_TYPE_UNSUPPORTED'), xml)
    await expectRefusal(built, refusal(413, 'BODY_TOO_LARGE'), { url, body })
    await expectRefusal(built, refusal(400, 'QUERY_INVALID'), { url, body: '{}' })
  })

  test('a graph tells its size before its query', async () => {
    const url = '/signals/callgraphs?language=node'
    await expectRefusal(built, refusal(413, 'BODY_TOO_LARGE'), { url, body: large })
    await expectRefusal(built, refusal(400, 'QUERY_INVALID'), { url, body: '{}' })
  })

  test('an unknown path or method is told only to who may ask', async () => {
    const headers = { 'x-stella-tenant': 'BAD' }
    await expectRefusal(built, refusal(400, 'TENANT_INVALID'), { url: '/signals/nothing', headers })
    await expectRefusal(built, refusal(400, 'TENANT_INVALID'), { url: '/signals/facts', method: 'DELETE', headers })
  })
})

test('a correlation id comes back where it is one, and is made where it is not', async () => {
  const sent = await built.ask('/signals/nothing', { headers: { 'x-correlation-id': 'abc-123' } })
  expect([sent.headers['x-correlation-id'], sent.body['correlationId']]).toEqual(['abc-123', 'abc-123'])
  for (const bad of ['', 'a b', 'x'.repeat(129), 'é']) {
    const { headers, body } = await built.ask('/signals/nothing', { headers: { 'x-correlation-id': bad } })
    expect(headers['x-correlation-id']).toMatch(/^[0-9a-f-]{36}$/)
    expect(body['correlationId']).toBe(headers['x-correlation-id'])
  }
})

import { afterEach, describe, expect, test } from 'vitest'
import { authProblems } from '../../src/auth/auth-errors.ts'
import { authenticateOff } from '../../src/auth/authenticate-off.ts'
import { guardRoutes } from '../../src/auth/guard-routes.ts'
import { strictJsonBodies } from '../../src/http/body-parsers.ts'
import { httpProblems } from '../../src/http/http-errors.ts'
import { createHttpServer } from '../../src/http/http-server.ts'
import type { HttpServer } from '../../src/http/route.ts'

const apps: HttpServer[] = []
afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.close()))
})

function server(): HttpServer {
  const app = createHttpServer({ problems: { ...httpProblems, ...authProblems } })
  apps.push(app)
  guardRoutes(app, { authenticate: authenticateOff })
  strictJsonBodies(app, { maxBytes: 10 })
  app.get('/open', { config: { scope: 'none' } }, async () => ({ isOpen: true }))
  app.get('/mine', { config: { scope: 'signals:read' } }, async ({ tenant }) => ({ tenant }))
  app.post('/mine', { config: { scope: 'signals:write' } }, async ({ tenant }) => ({ tenant }))
  return app
}

async function get(url: string, headers: Record<string, string> = {}) {
  const response = await server().inject({ url, headers })
  return { status: response.statusCode, ...response.json<object>() }
}

describe('the tenant', () => {
  test.each([
    [{}, 'default'],
    [{ 'x-stella-tenant': 'acme' }, 'acme'],
    [{ 'x-stellaops-tenant': 'acme-2.b_c' }, 'acme-2.b_c'],
    [{ 'x-stella-tenant': 'acme', 'x-stellaops-tenant': 'acme' }, 'acme'],
    [{ 'x-stella-tenant': '', 'x-stellaops-tenant': 'acme' }, 'acme'],
    [{ 'x-stella-tenant': '' }, 'default'],
    [{ 'x-stella-tenant': `a${'b'.repeat(62)}` }, `a${'b'.repeat(62)}`],
  ])('of %j is %s', async (headers, tenant) => {
    expect(await get('/mine', headers)).toEqual({ status: 200, tenant })
  })

  test.each([
    { 'x-stella-tenant': 'Acme' },
    { 'x-stella-tenant': '-acme' },
    { 'x-stella-tenant': '../acme' },
    { 'x-stella-tenant': 'a/b' },
    { 'x-stella-tenant': 'a b' },
    { 'x-stella-tenant': 'b'.repeat(64) },
    { 'x-stella-tenant': 'acme', 'x-stellaops-tenant': 'other' },
  ])('of %j is refused', async (headers) => {
    expect(await get('/mine', headers)).toMatchObject({ status: 400, code: 'TENANT_INVALID' })
  })

  test('is not asked for where anybody may go', async () => {
    expect(await get('/open', { 'x-stella-tenant': '../' })).toEqual({ status: 200, isOpen: true })
  })
})

describe('scopes', () => {
  test.each(['signals:read', 'signals:write signals:read', 'signals:read,x'])('%j may read', async (scopes) => {
    expect(await get('/mine', { 'x-scopes': scopes })).toMatchObject({ status: 200 })
  })

  test.each(['', 'signals:write', 'signals:admin signals:operate', 'signals:rea', 'SIGNALS:READ'])(
    '%j may not read: none implies another, and none at all allows nothing',
    async (scopes) => {
      expect(await get('/mine', { 'x-scopes': scopes })).toMatchObject({ status: 403, code: 'SCOPE_MISSING' })
    },
  )
})

test('a route without a scope does not start', () => {
  const app = server()
  expect(() => app.get('/forgotten', async () => ({}))).toThrow('GET /forgotten declares no scope')
})

describe('the order of refusal', () => {
  const wrong = { method: 'POST', url: '/mine', payload: 'much too long and not JSON' } as const

  test('tenant, scope, content type, size: the first that is wrong is told', async () => {
    const headers: Record<string, string> = { 'x-stella-tenant': '!', 'x-scopes': '', 'content-type': 'text/plain' }
    const codes: string[] = []
    for (const [name, right] of [
      ['x-stella-tenant', 'acme'],
      ['x-scopes', 'signals:write'],
      ['content-type', 'application/json'],
      ['', ''],
    ] as const) {
      const response = await server().inject({ ...wrong, headers })
      codes.push(response.json().code)
      if (name !== '') headers[name] = right
    }
    expect(codes).toEqual(['TENANT_INVALID', 'SCOPE_MISSING', 'CONTENT_TYPE_UNSUPPORTED', 'BODY_TOO_LARGE'])
  })

  test('the tenant comes before 404 and 405', async () => {
    for (const [method, url, code] of [
      ['GET', '/nowhere', 'ROUTE_NOT_FOUND'],
      ['DELETE', '/mine', 'METHOD_NOT_ALLOWED'],
    ] as const) {
      expect((await server().inject({ method, url, headers: { 'x-stella-tenant': '!' } })).json().code).toBe(
        'TENANT_INVALID',
      )
      expect((await server().inject({ method, url })).json().code).toBe(code)
    }
  })
})

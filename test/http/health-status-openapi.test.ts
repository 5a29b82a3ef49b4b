import { afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { authProblems } from '../../src/auth/auth-errors.ts'
import { authenticateOff } from '../../src/auth/authenticate-off.ts'
import { guardRoutes } from '../../src/auth/guard-routes.ts'
import { healthRoutes, type ReadinessCheck } from '../../src/http/health-routes.ts'
import { httpProblems } from '../../src/http/http-errors.ts'
import { createHttpServer } from '../../src/http/http-server.ts'
import { describeRoutes } from '../../src/http/openapi.ts'
import type { HttpServer } from '../../src/http/route.ts'
import { type StatusQuestion, statusRoutes } from '../../src/http/status-routes.ts'

const problems = { ...httpProblems, ...authProblems }

const apps: HttpServer[] = []
afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.close()))
})

function server(): HttpServer {
  const app = createHttpServer({ problems })
  apps.push(app)
  guardRoutes(app, { authenticate: authenticateOff })
  return app
}

describe('/readyz', () => {
  const up = (name: string, isEssential: boolean): ReadinessCheck => ({
    name,
    isEssential,
    check: async () => undefined,
  })
  const down = (name: string, isEssential: boolean): ReadinessCheck => ({
    name,
    isEssential,
    check: () => Promise.reject(new Error('secret')),
  })
  const hanging: ReadinessCheck = { name: 'bus', isEssential: false, check: () => new Promise(() => undefined) }

  test.each([
    ['everything up', [up('store', true), up('bus', false)], 200, 'ready', { store: 'up', bus: 'up' }],
    [
      'something down that one can do without',
      [up('store', true), down('bus', false)],
      200,
      'degraded',
      { store: 'up', bus: 'down' },
    ],
    ['a check that never answers', [up('store', true), hanging], 200, 'degraded', { store: 'up', bus: 'down' }],
    ['the store down', [down('store', true), up('bus', false)], 503, 'unavailable', { store: 'down', bus: 'up' }],
  ] as const)('with %s', async (_name, checks, code, status, states) => {
    const app = server()
    await app.register(healthRoutes, { checks, checkTimeoutMs: 10 })
    const response = await app.inject('/readyz')
    expect(response.statusCode).toBe(code)
    const body = response.json()
    expect(body.status).toBe(status)
    expect(
      Object.fromEntries(
        Object.entries<{ state: string }>(body.dependencies).map(([name, dependency]) => [name, dependency.state]),
      ),
    ).toEqual(states)
    for (const { latencyMs } of Object.values<{ latencyMs: unknown }>(body.dependencies))
      expect(latencyMs).toEqual(expect.any(Number))
    expect(response.body).not.toContain('secret')
  })

  test('while it stops it sends everybody elsewhere', async () => {
    const app = server()
    await app.register(healthRoutes, { checks: [up('store', true)], checkTimeoutMs: 10 })
    const during = Promise.withResolvers<Response>()
    await app.register(async (scope: HttpServer) => {
      scope.addHook('preClose', async () => during.resolve(await fetch(url)))
    })
    const url: string = `${await app.listen({ port: 0, host: '127.0.0.1' })}/readyz`
    expect((await fetch(url)).status).toBe(200)
    await app.close()
    const response = await during.promise
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toBe('1')
    expect(await response.json()).toMatchObject({ status: 'draining', dependencies: { store: { state: 'up' } } })
  })

  test('/healthz asks nobody', async () => {
    const app = server()
    await app.register(healthRoutes, { checks: [down('store', true)], checkTimeoutMs: 10 })
    expect((await app.inject('/healthz')).json()).toEqual({ status: 'ok' })
  })
})

describe('/status', () => {
  async function asked(
    url: string,
    headers: Record<string, string>,
  ): Promise<{ body: object; question: StatusQuestion }> {
    const app = server()
    const questions: StatusQuestion[] = []
    await app.register(statusRoutes, {
      status: async (question) => {
        questions.push(question)
        return {
          version: '1',
          startedAt: '2026-11-20T12:00:00.000Z',
          uptimeSeconds: 1.5,
          mode: 'embedded',
          backends: { store: 'sqlite' },
          authentication: { mode: 'jwt' },
          sealedMode: { isEnforced: false },
          tenant: { name: question.tenant, figures: { facts: 3 } },
          ...(question.mayOperate && { instance: { pending: 9 } }),
        }
      },
    })
    const body = (await app.inject({ url, headers })).json()
    return { body, question: questions[0]! }
  }

  test.each(['/status', '/signals/status'])('%s answers for the tenant', async (url) => {
    const { body, question } = await asked(url, { 'x-stella-tenant': 'acme', 'x-scopes': 'signals:read' })
    expect(question).toEqual({ tenant: 'acme', mayOperate: false })
    expect(body).toMatchObject({ tenant: { name: 'acme', figures: { facts: 3 } } })
    expect(body).not.toHaveProperty('instance')
  })

  test('whole-instance figures need signals:operate', async () => {
    const { body } = await asked('/status', { 'x-scopes': 'signals:read signals:operate' })
    expect(body).toMatchObject({ instance: { pending: 9 } })
  })

  test('a ping is answered with nothing, to those who may read', async () => {
    const app = server()
    await app.register(statusRoutes, { status: () => Promise.reject(new Error('not asked')) })
    expect(await app.inject('/signals/ping')).toMatchObject({ statusCode: 204, body: '' })
    expect((await app.inject({ url: '/signals/ping', headers: { 'x-scopes': '' } })).statusCode).toBe(403)
  })
})

describe('/openapi.json', () => {
  test('describes routes from their schemas, with the closed list of codes', async () => {
    const app = server()
    await describeRoutes(app, { problems, version: '1.2.3' })
    await app.register(statusRoutes, { status: () => Promise.reject(new Error('not asked')) })
    await app.register(healthRoutes, { checks: [], checkTimeoutMs: 10 })
    await app.register(
      async (scope: HttpServer) => {
        const querystring = z.object({ bucket: z.string().optional() })
        scope.get(
          '/',
          {
            config: { scope: 'signals:read', operation: 'listThings' },
            schema: { querystring, response: { 200: z.object({ a: z.int() }) } },
          },
          async () => ({ a: 1 }),
        )
        scope.get('/:id/raw', { config: { scope: 'signals:read', operation: 'getRaw' } }, async () => 'raw')
      },
      { prefix: '/things' },
    )
    const document = (await app.inject('/openapi.json')).json()
    expect(document).toMatchObject({ openapi: '3.1.0', info: { version: '1.2.3' } })
    expect(Object.keys(document.paths).sort()).toEqual([
      '/healthz',
      '/readyz',
      '/signals/ping',
      '/signals/status',
      '/status',
      '/things/',
      '/things/{id}/raw',
    ])
    expect(document.paths['/things/'].get).toMatchObject({
      operationId: 'listThings',
      parameters: [{ name: 'bucket', in: 'query' }],
      responses: {
        200: { content: { 'application/json': { schema: { properties: { a: { type: 'integer' } } } } } },
        default: { content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } },
      },
    })
    expect(document.components.schemas.Problem.properties.code.enum).toEqual(Object.keys(problems).sort())
  })
})

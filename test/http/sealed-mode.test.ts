import { execFileSync } from 'node:child_process'
import { rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { problems } from '../../src/problems.ts'
import { openApp, type TestSettings } from '../support/build-app.ts'
import { ManualTime } from '../support/manual-timer.ts'
import { temporaryDirectory } from '../support/service-process.ts'
import { bearer, jwtSettings, openIssuer } from '../support/token-issuer.ts'

let directory: Awaited<ReturnType<typeof temporaryDirectory>>
let evidencePath: string
beforeAll(async () => {
  directory = await temporaryDirectory()
  evidencePath = join(directory.path, 'evidence.json')
})
afterAll(() => directory[Symbol.asyncDispose]())

async function openSealed(settings: TestSettings = {}) {
  const time = new ManualTime()
  await rm(evidencePath, { force: true })
  const sealedMode = { enforcementEnabled: true, evidencePath }
  const service = await openApp({ ...settings, airGap: { sealedMode } }, { clock: time.clock })
  const write = async (health = 'ok'): Promise<void> => {
    const observedAt = new Date(time.clock()).toISOString()
    await writeFile(evidencePath, JSON.stringify({ observedAt, health: { egress: health } }))
    time.pass(10_000)
  }
  return { service, time, write, [Symbol.asyncDispose]: () => service[Symbol.asyncDispose]() }
}

async function writeSparse(path: string, bytes: number): Promise<void> {
  await writeFile(path, '{')
  await truncate(path, bytes)
}

interface Described {
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

describe('while there is no good evidence', () => {
  test('every route below /signals is refused, whatever its method, before it is asked who asks', async () => {
    await using issuer = await temporaryDirectory()
    const jwks = join(issuer.path, 'jwks.json')
    await writeFile(jwks, (await openIssuer(new ManualTime().clock)).keySet)
    await using sealed = await openSealed(jwtSettings(jwks))
    const { paths } = (await sealed.service.ask('/openapi.json')).body as unknown as Described
    const routes = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => ({ path, method: method.toUpperCase() as 'GET' })),
    )
    const closed = routes.filter(({ path }) => path.startsWith('/signals/'))
    expect(closed.length).toBeGreaterThan(25)
    for (const { path, method } of closed) {
      const answer = await sealed.service.ask(path.replaceAll(/\{\w+\}/g, 'x'), { method })
      expect({ path, method, ...answer }).toMatchObject({ path, method, status: 503 })
      expect(answer.body).toMatchObject({
        code: 'SEALED_MODE_EVIDENCE_INVALID',
        error: 'sealed-mode evidence invalid',
        status: 503,
      })
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
    }
    for (const { path, method } of routes.filter((route) => !closed.includes(route))) {
      expect((await sealed.service.ask(path, { method })).body['code']).not.toBe('SEALED_MODE_EVIDENCE_INVALID')
    }
  })

  test.each([
    ['a route spelt with escapes', '/%73ignals/ping', 503],
    ['a route with a query', '/signals/facts?limit=0', 503],
    ['a path without a route', '/signals/nothing', 503],
    ['the folder itself', '/signals', 503],
    ['a path that only begins alike', '/signalsx', 404],
    ['two slashes, which lead nowhere', '//signals/ping', 404],
    ['the docs page', '/docs/', 200],
    ['the document of the routes', '/openapi.json', 200],
    ['/healthz', '/healthz', 200],
    ['/status', '/status', 200],
  ])('%s', async (_, path, status) => {
    await using sealed = await openSealed()
    expect((await sealed.service.ask(path)).status).toBe(status)
  })

  test('a HEAD is refused as its GET, and an upload before its body is read', async () => {
    await using sealed = await openSealed()
    expect((await sealed.service.ask('/signals/ping', { method: 'HEAD' })).status).toBe(503)
    const before = await sealed.service.stored()
    const body = JSON.stringify({ nodes: [], edges: [] })
    expect(await sealed.service.ask('/signals/callgraphs?language=node', { body })).toMatchObject({ status: 503 })
    expect(await sealed.service.stored()).toEqual(before)
  })

  test('readiness names it, and /status tells why', async () => {
    await using sealed = await openSealed()
    const ready = await sealed.service.ask('/readyz')
    expect(ready.status).toBe(503)
    expect(ready.body).toMatchObject({ status: 'unavailable', dependencies: { sealedMode: { state: 'down' } } })
    const { body } = await sealed.service.ask('/status')
    expect(body['sealedMode']).toEqual({ isEnforced: true, evidence: 'invalid', reason: 'missing' })
    const told = `${ready.text}${JSON.stringify(body)}${(await sealed.service.ask('/signals/ping')).text}`
    expect(told).not.toContain(directory.path)
  })
})

test.each([
  ['a FIFO that nobody writes to', 'unreadable', () => execFileSync('mkfifo', [evidencePath])],
  ['a gibibyte', 'unreadable', () => writeSparse(evidencePath, 2 ** 30)],
  ['said twice', 'malformed', () => writeFile(evidencePath, '{"observedAt":"","observedAt":"","health":{}}')],
])('evidence that is %s is %s, and costs nothing else', async (_, reason, make) => {
  await using sealed = await openSealed()
  await make()
  expect((await sealed.service.ask('/signals/ping')).status).toBe(503)
  expect((await sealed.service.ask('/status')).body['sealedMode']).toMatchObject({ evidence: 'invalid', reason })
  expect((await sealed.service.ask('/healthz')).status).toBe(200)
})

test('good evidence opens the routes, bad evidence closes them again, and age alone does too', async () => {
  await using sealed = await openSealed()
  const { service, time, write } = sealed
  const ping = async (): Promise<number> => (await service.ask('/signals/ping')).status
  expect(await ping()).toBe(503)
  await write()
  expect(await ping()).toBe(204)
  expect((await service.ask('/readyz')).body).toMatchObject({
    status: 'ready',
    dependencies: { sealedMode: { state: 'up' } },
  })
  expect((await service.ask('/signals/status')).body['sealedMode']).toEqual({
    isEnforced: true,
    evidence: 'valid',
    observedAt: '2026-11-20T12:00:00.000Z',
  })
  await write('failed')
  expect(await ping()).toBe(503)
  await write()
  expect(await ping()).toBe(204)
  time.pass(3_600_000)
  expect(await ping()).toBe(503)
})

test('a stream of events that was open ends when the evidence is no longer good', async () => {
  await using sealed = await openSealed({ events: { lookEveryMs: 5 } })
  await sealed.write()
  const { url } = await sealed.service.listen()
  const stream = await fetch(`${url}/signals/events`, { headers: { accept: 'text/event-stream' } })
  expect(stream.status).toBe(200)
  await sealed.write('failed')
  // Read to its end: without one the test would not end.
  expect(await stream.text()).toMatch(/^: hello/)
})

test('who may not come in is told so only while the routes are open', async () => {
  await using issuer = await temporaryDirectory()
  const jwks = join(issuer.path, 'jwks.json')
  const tokens = await openIssuer(new ManualTime().clock)
  await writeFile(jwks, tokens.keySet)
  await using sealed = await openSealed(jwtSettings(jwks))
  const headers = bearer(await tokens.token())
  const codes = async (): Promise<unknown[]> => [
    (await sealed.service.ask('/signals/ping')).body['code'],
    (await sealed.service.ask('/signals/ping', { headers })).status,
  ]
  expect(await codes()).toEqual(['SEALED_MODE_EVIDENCE_INVALID', 503])
  await sealed.write()
  expect(await codes()).toEqual(['TOKEN_MISSING', 204])
})

test('without enforcement nobody looks for evidence', async () => {
  await using service = await openApp({ airGap: { sealedMode: { evidencePath: '/nowhere' } } })
  expect((await service.ask('/signals/ping')).status).toBe(204)
  expect((await service.ask('/status')).body['sealedMode']).toEqual({ isEnforced: false })
  expect((await service.ask('/readyz')).body['dependencies']).not.toHaveProperty('sealedMode')
  expect(problems.SEALED_MODE_EVIDENCE_INVALID.status).toBe(503)
})

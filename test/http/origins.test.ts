import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadConfig } from '../../src/config.ts'
import { type BuiltApp, openApp } from '../support/build-app.ts'

const origin = 'https://ui.example'
const preflight = { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' }
const jwt = { mode: 'jwt', issuer: 'https://issuer.example', audience: 'signals', jwks: '/no/such/keys.json' }

describe('without origins in the configuration', () => {
  let built: BuiltApp
  beforeAll(async () => {
    built = await openApp()
  })
  afterAll(() => built[Symbol.asyncDispose]())

  test('no answer is for scripts of other origins', async () => {
    const { status, headers } = await built.ask('/signals/facts', { headers: { origin } })
    expect(status).toBe(200)
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).toEqual([])
  })

  test('a preflight asks for a method that no route takes', async () => {
    const answer = await built.ask('/signals/facts', { method: 'OPTIONS', headers: preflight })
    expect(answer).toMatchObject({ status: 405, body: { code: 'METHOD_NOT_ALLOWED' } })
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin')
  })
})

describe('with an origin in the configuration', () => {
  let built: BuiltApp
  beforeAll(async () => {
    built = await openApp({ http: { corsOrigins: [origin, 'http://localhost:3000'] }, auth: jwt })
  })
  afterAll(() => built[Symbol.asyncDispose]())

  test('a preflight is answered without a token, and allows nothing that a browser adds on its own', async () => {
    const { status, headers } = await built.ask('/signals/callgraphs', { method: 'OPTIONS', headers: preflight })
    expect(status).toBe(204)
    expect(headers).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-allow-headers': 'authorization',
      'access-control-allow-methods': expect.stringContaining('POST'),
    })
    expect(headers).not.toHaveProperty('access-control-allow-credentials')
  })

  test('refusals can be read as well, with the headers that say what to do', async () => {
    const { status, headers } = await built.ask('/signals/facts', { headers: { origin } })
    expect(status).toBe(401)
    expect(headers['access-control-allow-origin']).toBe(origin)
    expect(headers['vary']).toMatch(/\bOrigin\b/i)
    const exposed = String(headers['access-control-expose-headers']).split(', ')
    const needed = ['ETag', 'Location', 'Retry-After', 'Signals-Pending', 'WWW-Authenticate', 'X-Correlation-Id']
    expect(exposed).toEqual(expect.arrayContaining(needed))
  })

  test.each(['https://evil.example', 'https://ui.example.evil.example', 'null', 'http://ui.example'])(
    'a script of %s is shown nothing',
    async (other) => {
      const asked = await built.ask('/signals/facts', { headers: { origin: other } })
      expect(asked.headers).not.toHaveProperty('access-control-allow-origin')
      const before = await built.ask('/signals/facts', { method: 'OPTIONS', headers: { ...preflight, origin: other } })
      expect(before.headers).not.toHaveProperty('access-control-allow-origin')
    },
  )
})

test.each(['*', 'ui.example', 'https://ui.example/', 'https://ui.example/path', 'null', 'ftp://ui.example'])(
  '%s is no origin, and stops the start',
  (text) => {
    const readFile = (): string => JSON.stringify({ http: { corsOrigins: [text] } })
    expect(() => loadConfig({ argv: ['--config', 'x'], env: {}, readFile })).toThrow(/corsOrigins/)
  },
)

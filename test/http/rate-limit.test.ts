import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadConfig } from '../../src/config.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { type BuiltApp, openApp } from '../support/build-app.ts'
import { temporaryDirectory } from '../support/service-process.ts'
import { bearer, jwtSettings, openIssuer, type TokenIssuer } from '../support/token-issuer.ts'

const rateLimit = { windowSeconds: 600, principalRequests: 3, tenantRequests: 5 }
const opened = new AsyncDisposableStack()
let issuer: TokenIssuer
let built: BuiltApp

beforeAll(async () => {
  const directory = opened.use(await temporaryDirectory())
  const jwks = join(directory.path, 'jwks.json')
  issuer = await openIssuer(systemClock)
  await writeFile(jwks, issuer.keySet)
  built = opened.use(await openApp({ ...jwtSettings(jwks), limits: { rateLimit } }))
})
afterAll(() => opened.disposeAsync())

async function statuses(headers: Record<string, string>, requests: number, path = '/signals/ping'): Promise<number[]> {
  const all: number[] = []
  while (all.length < requests) all.push((await built.ask(path, { headers })).status)
  return all
}

describe('where tokens say who asks', () => {
  test('whoever asks too often is told when to come again, and nobody else is', async () => {
    const often = bearer(await issuer.token({ sub: 'often', tenant: 'busy' }))
    expect(await statuses(often, 4)).toEqual([204, 204, 204, 429])
    const refused = await built.ask('/signals/ping', { headers: often })
    expect(refused).toMatchObject({ status: 429, body: { code: 'RATE_LIMITED', type: expect.any(String) } })
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
    expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(600)
    const other = bearer(await issuer.token({ sub: 'seldom', tenant: 'busy' }))
    expect(await statuses(other, 2)).toEqual([204, 204])
    expect(await statuses(bearer(await issuer.token({ sub: 'often', tenant: 'quiet' })), 1)).toEqual([204])
  })

  test('paths that are no route count as well, and what is for everybody never does', async () => {
    const headers = bearer(await issuer.token({ sub: 'lost', tenant: 'lost' }))
    expect(await statuses(headers, 4, '/signals/nowhere')).toEqual([404, 404, 404, 429])
    for (const path of ['/healthz', '/readyz', '/openapi.json', '/docs']) {
      expect(await statuses(headers, 8, path)).toEqual(Array(8).fill(200))
    }
  })

  test('a client without a person behind it is known by its own name', async () => {
    const claims = { sub: undefined, tenant: 'machines' }
    const one = bearer(await issuer.token({ ...claims, client_id: 'one' }))
    expect(await statuses(one, 4)).toEqual([204, 204, 204, 429])
    expect(await statuses(bearer(await issuer.token({ ...claims, client_id: 'two' })), 1)).toEqual([204])
  })
})

test.each([
  { mode: 'jwt', said: undefined, isCounted: true },
  { mode: 'off', said: undefined, isCounted: false },
  { mode: 'off', said: 'true', isCounted: true },
  { mode: 'jwt', said: 'false', isCounted: false },
])('with authentication $mode and enabled $said requests are counted: $isCounted', ({ mode, said, isCounted }) => {
  const auth = {
    SIGNALS__AUTH__MODE: mode,
    SIGNALS__AUTH__ISSUER: 'https://issuer.example',
    SIGNALS__AUTH__AUDIENCE: 'signals',
    SIGNALS__AUTH__JWKS: '/keys.json',
  }
  const env = { ...auth, ...(said !== undefined && { SIGNALS__LIMITS__RATE_LIMIT__ENABLED: said }) }
  expect(loadConfig({ argv: [], env, readFile: () => '' }).limits.rateLimit.enabled).toBe(isCounted)
})

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { signingAlgorithms } from '../../src/auth/auth-settings.ts'
import { type Answer, type BuiltApp, openApp } from '../support/build-app.ts'
import { ManualTime } from '../support/manual-timer.ts'
import { temporaryDirectory } from '../support/service-process.ts'
import { bearer, type Claims, jwtSettings, keySetOf, openIssuer, type TokenIssuer } from '../support/token-issuer.ts'

interface Operation {
  readonly security: unknown
  readonly responses: object
}

const opened = new AsyncDisposableStack()
const time = new ManualTime()
const nowSeconds = Math.floor(time.clock() / 1_000)
let issuer: TokenIssuer
let others: readonly TokenIssuer[]
let service: BuiltApp

beforeAll(async () => {
  const directory = opened.use(await temporaryDirectory())
  const jwks = join(directory.path, 'jwks.json')
  issuer = await openIssuer(time.clock)
  others = await Promise.all(signingAlgorithms.map((alg) => openIssuer(time.clock, alg)))
  await writeFile(jwks, keySetOf(issuer.pair, ...others.map(({ pair }) => pair)))
  service = opened.use(await openApp(jwtSettings(jwks), { clock: time.clock }))
})
afterAll(() => opened.disposeAsync())

async function ping(headers: Record<string, string>): Promise<Answer> {
  return await service.ask('/signals/ping', { headers })
}

async function pingWith(claims: Claims, header: Claims = {}): Promise<Answer> {
  return await ping(bearer(await issuer.token(claims, header)))
}

describe('a good token', () => {
  test('opens what its scope says', async () => {
    expect((await pingWith({})).status).toBe(204)
  })

  test.each([...signingAlgorithms])('may be signed with %s', async (alg) => {
    const other = others[signingAlgorithms.indexOf(alg)]!
    expect((await ping(bearer(await other.token()))).status).toBe(204)
  })

  test('is good again when it comes again', async () => {
    const headers = bearer(await issuer.token())
    expect([await ping(headers), await ping(headers)].map(({ status }) => status)).toEqual([204, 204])
  })

  test.each([
    ['its audience is one of several', { aud: ['other', 'signals'] }],
    ['its issuer is 30 s ahead', { nbf: nowSeconds + 30, iat: nowSeconds + 30 }],
    ['it expired less than 30 s ago', { exp: nowSeconds - 29 }],
    ['its scopes are a list', { scope: undefined, scp: ['signals:write', 'signals:read'] }],
    ['its scopes are a text in scp', { scope: undefined, scp: 'signals:read signals:write' }],
    ['its tenants are a list of one', { tenant: undefined, tenants: ['acme'] }],
  ])('may be such that %s', async (_, claims) => {
    expect((await pingWith(claims)).status).toBe(204)
  })

  test.each(['JWT', 'at+jwt', 'whatever'])('may say that it is a %s', async (typ) => {
    expect((await pingWith({}, { typ })).status).toBe(204)
  })

  test('may come with a scheme in any case', async () => {
    expect((await ping({ authorization: `bEARER ${await issuer.token()}` })).status).toBe(204)
  })
})

describe('without a token', () => {
  test.each([
    ['nothing', {}],
    ['an empty header', { authorization: '' }],
    ['another scheme', { authorization: 'Basic YTpi' }],
    ['a tenant and scopes alone', { 'x-stella-tenant': 'acme', 'x-scopes': 'signals:read' }],
  ])('%s is told what to send, and of no error', async (_, headers) => {
    const answer = await ping(headers)
    expect(answer).toMatchObject({ status: 401, body: { code: 'TOKEN_MISSING' } })
    const algs = signingAlgorithms.join(' ')
    expect(answer.headers['www-authenticate']).toBe(`Bearer realm="signals", DPoP realm="signals", algs="${algs}"`)
  })

  test('a token in the query is none', async () => {
    const answer = await service.ask(`/signals/ping?access_token=${await issuer.token()}`)
    expect(answer.body['code']).toBe('TOKEN_MISSING')
  })

  test('what is open to everybody stays so', async () => {
    for (const url of ['/healthz', '/readyz', '/openapi.json', '/docs/']) {
      expect({ url, status: (await service.ask(url)).status }).toEqual({ url, status: 200 })
    }
  })

  test('every other operation of the OpenAPI document is closed, and says so there', async () => {
    const { paths } = (await service.ask('/openapi.json')).body as { paths: Record<string, Record<string, Operation>> }
    const operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { security, responses }]) => ({ path, method, security, responses })),
    )
    expect(operations.length).toBeGreaterThan(20)
    const scope = expect.stringMatching(/^signals:/)
    const demanded = [{ bearer: [scope] }, { dpop: [scope] }]
    for (const { path, method, security, responses } of operations) {
      const isOpen = ['/healthz', '/readyz'].includes(path)
      const answer = await service.ask(path.replaceAll(/\{[^}]+\}/g, 'x'), { method: method.toUpperCase() as 'GET' })
      expect({ path, method, isClosed: answer.status === 401 }).toEqual({ path, method, isClosed: !isOpen })
      expect(security).toEqual(isOpen ? [] : demanded)
      expect(Object.keys(responses).filter((status) => /40[13]/.test(status))).toEqual(isOpen ? [] : ['401', '403'])
    }
  })

  test('nobody learns which routes there are', async () => {
    for (const [method, url] of [
      ['GET', '/nowhere'],
      ['DELETE', '/signals/facts'],
    ] as const) {
      expect((await service.ask(url, { method })).status).toBe(401)
    }
  })
})

test('a good token is refused from the moment it expires, though it was good before', async () => {
  const moving = new ManualTime()
  await using directory = await temporaryDirectory()
  const jwks = join(directory.path, 'jwks.json')
  await writeFile(jwks, issuer.keySet)
  await using passing = await openApp(jwtSettings(jwks), { clock: moving.clock })
  const headers = bearer(await issuer.token())
  expect((await passing.ask('/signals/ping', { headers })).status).toBe(204)
  moving.pass(90_000)
  expect((await passing.ask('/signals/ping', { headers })).body['code']).toBe('TOKEN_EXPIRED')
})

describe('scopes', () => {
  test('X-Scopes neither widens nor narrows what a token allows', async () => {
    const poor = await ping(bearer(await issuer.token({ scope: '' }), { 'x-scopes': 'signals:read' }))
    expect(poor.body['code']).toBe('SCOPE_MISSING')
    expect((await ping(bearer(await issuer.token(), { 'x-scopes': '' }))).status).toBe(204)
  })

  test('whole-instance figures are for operators alone', async () => {
    const reader = await service.ask('/status', { headers: bearer(await issuer.token()) })
    expect(reader.body).toMatchObject({ authentication: { mode: 'jwt' }, tenant: { name: 'acme' } })
    expect(reader.body).not.toHaveProperty('instance')
    const operator = bearer(await issuer.token({ scope: 'signals:read signals:operate' }))
    expect((await service.ask('/status', { headers: operator })).body).toHaveProperty('instance')
  })
})

describe('the tenant', () => {
  async function tenantOf(claims: Claims, headers: Record<string, string> = {}): Promise<unknown> {
    const { body } = await service.ask('/status', { headers: bearer(await issuer.token(claims), headers) })
    return body['code'] ?? body['tenant']
  }
  const several = { tenant: undefined, tenants: ['acme', 'other'] }

  test.each<[string, Claims, Record<string, string>, string]>([
    ['that of the token', {}, {}, 'acme'],
    ['that of the token, named once more', {}, { 'x-stella-tenant': 'acme' }, 'acme'],
    ['the one of several that is named', several, { 'x-stella-tenant': 'other' }, 'other'],
    ['the one named by the other header', several, { 'x-stellaops-tenant': 'other' }, 'other'],
    ['one of both claims', { tenant: 'acme', tenants: ['other'] }, { 'x-stella-tenant': 'other' }, 'other'],
  ])('is %s', async (_, claims, headers, tenant) => {
    expect(await tenantOf(claims, headers)).toMatchObject({ name: tenant })
  })

  test.each<[string, Claims, Record<string, string>, string]>([
    ['another than the token has', {}, { 'x-stella-tenant': 'other' }, 'TENANT_MISMATCH'],
    ['none of several', several, { 'x-stella-tenant': 'third' }, 'TENANT_MISMATCH'],
    ['not chosen from several', several, {}, 'TENANT_REQUIRED'],
    ['in no claim', { tenant: undefined }, {}, 'TENANT_REQUIRED'],
    ['in no claim, but in a header', { tenant: undefined }, { 'x-stella-tenant': 'acme' }, 'TENANT_REQUIRED'],
    ['of no form that a tenant has', { tenant: '../Acme' }, {}, 'TENANT_REQUIRED'],
    ['no text', { tenant: 7 }, {}, 'TENANT_REQUIRED'],
    ['said badly by a header', {}, { 'x-stella-tenant': '../' }, 'TENANT_INVALID'],
    ['said twice, differently', {}, { 'x-stella-tenant': 'acme', 'x-stellaops-tenant': 'other' }, 'TENANT_INVALID'],
  ])('is refused when it is %s', async (_, claims, headers, code) => {
    expect(await tenantOf(claims, headers)).toBe(code)
  })
})

test('claims have the names that the configuration gives them, and only allowed algorithms count', async () => {
  await using directory = await temporaryDirectory()
  const jwks = join(directory.path, 'jwks.json')
  const rsa = others[signingAlgorithms.indexOf('PS256')]!
  await writeFile(jwks, keySetOf(issuer.pair, rsa.pair))
  const names = { scopeClaims: ['permissions'], tenantClaims: ['org'], algorithms: ['PS256'] }
  await using renamed = await openApp(jwtSettings(jwks, names), { clock: time.clock })
  const claims = { scope: 'signals:admin', tenant: 'other', permissions: ['signals:read'], org: 'acme' }
  const answer = await renamed.ask('/status', { headers: bearer(await rsa.token(claims)) })
  expect(answer.body['tenant']).toMatchObject({ name: 'acme' })
  const unlisted = await renamed.ask('/status', { headers: bearer(await issuer.token(claims)) })
  expect(unlisted.body['code']).toBe('TOKEN_INVALID')
})

test('of several things that are wrong the first is told: token, tenant, scope, content type, body', async () => {
  const writer = bearer(await issuer.token({ scope: 'signals:write' }))
  const reader = bearer(await issuer.token())
  const steps: readonly [string, Record<string, string>][] = [
    ['TOKEN_MISSING', { 'x-stella-tenant': 'other', 'content-type': 'application/xml' }],
    ['TENANT_MISMATCH', { ...reader, 'x-stella-tenant': 'other', 'content-type': 'application/xml' }],
    ['SCOPE_MISSING', { ...reader, 'content-type': 'application/xml' }],
    ['CONTENT_TYPE_UNSUPPORTED', { ...writer, 'content-type': 'application/xml' }],
    ['JSON_MALFORMED', { ...writer, 'content-type': 'application/json' }],
  ]
  const codes: unknown[] = []
  for (const [, headers] of steps) {
    codes.push((await service.ask('/signals/unknowns', { body: '{', headers })).body['code'])
  }
  expect(codes).toEqual(steps.map(([code]) => code))
})

test('no token is in the log, good or bad', async () => {
  const token = await issuer.token({ sub: 'somebody' })
  await ping(bearer(token))
  await ping(bearer(`${token}x`))
  const [, payload = '', signature = ''] = token.split('.')
  const logged = JSON.stringify(service.log)
  expect(logged).not.toContain(payload)
  expect(logged).not.toContain(signature)
})

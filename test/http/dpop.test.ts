import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { signingAlgorithms } from '../../src/auth/auth-settings.ts'
import { type Answer, type BuiltApp, openApp, type TestSettings } from '../support/build-app.ts'
import { ManualTime } from '../support/manual-timer.ts'
import { dpop, newProofKey, type ProofKey } from '../support/proofs.ts'
import { temporaryDirectory } from '../support/service-process.ts'
import { bearer, type Claims, jwtSettings, openIssuer, type TokenIssuer } from '../support/token-issuer.ts'

const opened = new AsyncDisposableStack()
const time = new ManualTime()
const publicUrl = 'https://signals.example/base'
const pingUrl = `${publicUrl}/signals/ping`
let jwks: string
let issuer: TokenIssuer
let key: ProofKey
let service: BuiltApp

beforeAll(async () => {
  const directory = opened.use(await temporaryDirectory())
  jwks = join(directory.path, 'jwks.json')
  issuer = await openIssuer(time.clock)
  key = await newProofKey(time.clock)
  await writeFile(jwks, issuer.keySet)
  service = opened.use(await openWith())
})
afterAll(() => opened.disposeAsync())

async function openWith(auth: TestSettings = {}, clock = time.clock): Promise<BuiltApp> {
  return await openApp({ ...jwtSettings(jwks, auth), http: { publicUrl } }, { clock })
}

interface Asked {
  readonly path?: string
  readonly url?: string
  readonly method?: 'GET' | 'HEAD' | 'POST'
  readonly claims?: Claims
  readonly by?: ProofKey
}

/** A request as a client of the specification sends it. */
async function askProven(
  to: BuiltApp,
  { path = '/signals/ping', url, method = 'GET', claims, by = key }: Asked = {},
): Promise<Answer> {
  const token = await issuer.token({ cnf: by.cnf })
  const proof = await by.proof({ token, method, url: url ?? `${publicUrl}${path.split('?')[0]}` }, claims)
  return await to.ask(path, { method, headers: dpop(token, proof) })
}

async function codeOf(asked: Promise<Answer>): Promise<unknown> {
  const { status, body } = await asked
  return body['code'] ?? status
}

describe('a bound token', () => {
  test('opens what its scope says, to whoever proves to hold its key', async () => {
    expect(await codeOf(askProven(service))).toBe(204)
  })

  test.each([...signingAlgorithms])('may be bound to a key of %s', async (alg) => {
    expect(await codeOf(askProven(service, { by: await newProofKey(time.clock, alg) }))).toBe(204)
  })

  test('is good as often as there is a new proof', async () => {
    const token = await issuer.token({ cnf: key.cnf })
    for (let requests = 0; requests < 3; requests += 1) {
      const headers = dpop(token, await key.proof({ token, url: pingUrl }))
      expect((await service.ask('/signals/ping', { headers })).status).toBe(204)
    }
  })

  test.each([90, 60, 0, -30])('takes a proof that was made %i s ago', async (age) => {
    const claims = { iat: Math.floor(time.clock() / 1_000) - age }
    expect(await codeOf(askProven(service, { claims }))).toBe(204)
  })

  test.each([
    ['with another host in capitals', 'HTTPS://SIGNALS.example/base/signals/ping'],
    ['with its default port', 'https://signals.example:443/base/signals/ping'],
    ['with dot segments', 'https://signals.example/x/../base/./signals/ping'],
    ['with needless escapes', 'https://signals.example/base/%73ignals/%70ing'],
    ['with query and fragment', `${pingUrl}?a=b#c`],
  ])('takes a proof for the same URL %s', async (_, url) => {
    expect(await codeOf(askProven(service, { url }))).toBe(204)
  })

  test('takes a proof without the query, for a request with one', async () => {
    expect(await codeOf(askProven(service, { path: '/signals/facts?limit=1' }))).toBe(200)
    expect(
      await codeOf(askProven(service, { path: '/signals/facts/a%2fb?x', url: `${publicUrl}/signals/facts/a%2Fb` })),
    ).toBe('FACT_NOT_FOUND')
  })

  test('has its proof for each method, HEAD apart from GET', async () => {
    expect(await codeOf(askProven(service, { method: 'HEAD' }))).toBe(204)
    expect(await codeOf(askProven(service, { method: 'HEAD', claims: { htm: 'GET' } }))).toBe(401)
  })

  test('may come with a scheme in any case', async () => {
    const token = await issuer.token({ cnf: key.cnf })
    const headers = { authorization: `dPoP ${token}`, dpop: await key.proof({ token, url: pingUrl }) }
    expect((await service.ask('/signals/ping', { headers })).status).toBe(204)
  })

  test('lacks a scope in the words of its scheme', async () => {
    const answer = await askProven(service, { path: '/signals/events/dead-letters' })
    expect(answer).toMatchObject({ status: 403, body: { code: 'SCOPE_MISSING' } })
    expect(answer.headers['www-authenticate']).toMatch(
      /^DPoP realm="signals", error="insufficient_scope", .*scope="signals:admin", algs="ES256 /,
    )
  })

  test('whose proof is for another URL is told for which one it has to be, since the service alone knows', async () => {
    const answer = await askProven(service, { url: 'http://10.0.0.7:8080/signals/ping' })
    expect(answer).toMatchObject({ status: 401, body: { code: 'DPOP_PROOF_INVALID', htu: pingUrl } })
  })
})

describe('auth.senderConstraint', () => {
  const plain = async (to: BuiltApp, claims: Claims = {}) =>
    codeOf(to.ask('/signals/ping', { headers: bearer(await issuer.token(claims)) }))

  test('ifBound, the default, takes plain tokens, and bound ones only with their proof', async () => {
    expect(await plain(service)).toBe(204)
    expect(await plain(service, { cnf: key.cnf })).toBe('TOKEN_INVALID')
  })

  test('required refuses what is bound to nothing', async () => {
    await using strict = await openWith({ senderConstraint: 'required' })
    expect(await plain(strict)).toBe('TOKEN_INVALID')
    expect(await codeOf(askProven(strict))).toBe(204)
  })

  test('off takes bound tokens from whoever has them, and knows no scheme but Bearer', async () => {
    await using lax = await openWith({ senderConstraint: 'off' })
    expect(await plain(lax, { cnf: key.cnf })).toBe(204)
    expect(await codeOf(askProven(lax))).toBe('TOKEN_MISSING')
    const { headers } = await lax.ask('/signals/ping')
    expect(headers['www-authenticate']).toBe('Bearer realm="signals"')
  })

  test('only allowed algorithms count for proofs, and clients are told which', async () => {
    await using narrow = await openWith({ dpop: { algorithms: ['EdDSA', 'PS256'] } })
    const answer = await askProven(narrow)
    expect(answer.body['code']).toBe('DPOP_PROOF_INVALID')
    expect(answer.headers['www-authenticate']).toMatch(/algs="EdDSA PS256"$/)
    expect(await codeOf(askProven(narrow, { by: await newProofKey(time.clock, 'EdDSA') }))).toBe(204)
  })
})

describe('with auth.dpop.nonceSecret', () => {
  const nonces = { dpop: { nonceSecret: 'a secret that all replicas were given' } }

  test('a proof needs a nonce, which the refusal brings, and any replica takes', async () => {
    await using one = await openWith(nonces)
    await using other = await openWith(nonces)
    const refused = await askProven(one)
    expect(refused).toMatchObject({ status: 401, body: { code: 'DPOP_NONCE_REQUIRED' } })
    expect(refused.headers['www-authenticate']).toMatch(/^DPoP realm="signals", error="use_dpop_nonce", /)
    const nonce = refused.headers['dpop-nonce']
    expect(nonce).toMatch(/^[\w-]{43}$/)
    const answer = await askProven(other, { claims: { nonce } })
    expect(answer.status).toBe(204)
    expect(answer.headers).not.toHaveProperty('dpop-nonce')
  })

  test('a nonce grows old: the next one comes with an answer that no cache keeps, before the first is refused', async () => {
    const moving = new ManualTime()
    await using passing = await openWith(nonces, moving.clock)
    const ageing = await newProofKey(moving.clock)
    const hour = { exp: Math.floor(moving.clock() / 1_000) + 3_600, cnf: ageing.cnf }
    const token = await issuer.token(hour)
    const ask = async (nonce?: unknown): Promise<Answer> => {
      const proof = await ageing.proof({ token, url: pingUrl }, { nonce })
      return await passing.ask('/signals/ping', { headers: dpop(token, proof) })
    }
    const first = (await ask()).headers['dpop-nonce']
    moving.pass(60_000)
    const answer = await ask(first)
    const second = answer.headers['dpop-nonce']
    expect(answer).toMatchObject({ status: 204, headers: { 'cache-control': 'no-store' } })
    expect(second).not.toBe(first)
    moving.pass(89_999)
    expect((await ask(first)).status).toBe(204)
    moving.pass(1)
    expect((await ask(first)).body['code']).toBe('DPOP_NONCE_REQUIRED')
    expect((await ask(second)).status).toBe(204)
  })

  test.each(['', 'made up', 7, null])('%j is none', async (nonce) => {
    await using demanding = await openWith(nonces)
    expect(await codeOf(askProven(demanding, { claims: { nonce } }))).toMatch(/DPOP_NONCE_REQUIRED|DPOP_PROOF_INVALID/)
  })

  test('a proof that is refused for its nonce is not used up', async () => {
    await using demanding = await openWith(nonces)
    const nonce = (await askProven(demanding)).headers['dpop-nonce']
    const jti = 'the same'
    expect(await codeOf(askProven(demanding, { claims: { jti } }))).toBe('DPOP_NONCE_REQUIRED')
    expect(await codeOf(askProven(demanding, { claims: { jti, nonce } }))).toBe(204)
    expect(await codeOf(askProven(demanding, { claims: { jti, nonce } }))).toBe('DPOP_PROOF_REPLAYED')
  })
})

test('of several things that are wrong the first is told: token, proof, tenant, scope', async () => {
  const token = await issuer.token({ cnf: key.cnf })
  const other = { 'x-stella-tenant': 'other' }
  const codes: unknown[] = []
  for (const headers of [
    dpop(`${token}x`, 'x', other),
    dpop(token, 'x', other),
    dpop(token, await key.proof({ token, method: 'POST', url: `${publicUrl}/signals/unknowns` }), other),
    dpop(token, await key.proof({ token, method: 'POST', url: `${publicUrl}/signals/unknowns` })),
  ]) {
    codes.push(await codeOf(service.ask('/signals/unknowns', { body: '{', headers })))
  }
  expect(codes).toEqual(['TOKEN_INVALID', 'DPOP_PROOF_INVALID', 'TENANT_MISMATCH', 'SCOPE_MISSING'])
})

test('no proof is in the log, good or bad', async () => {
  const token = await issuer.token({ cnf: key.cnf })
  const proof = await key.proof({ token, url: pingUrl })
  await service.ask('/signals/ping', { headers: dpop(token, proof) })
  await service.ask('/signals/ping', { headers: dpop(token, proof) })
  const logged = JSON.stringify(service.log)
  for (const part of [...proof.split('.'), ...token.split('.').slice(1)]) expect(logged).not.toContain(part)
})

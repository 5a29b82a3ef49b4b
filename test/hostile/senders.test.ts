import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { exportJWK, generateSecret } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Answer, type Asked, type BuiltApp, openApp } from '../support/build-app.ts'
import { type Identity, newIdentity } from '../support/certificates.ts'
import { ManualTime } from '../support/manual-timer.ts'
import { dpop, newProofKey, type ProofKey } from '../support/proofs.ts'
import { temporaryDirectory } from '../support/service-process.ts'
import { bearer, type Claims, forgedToken, jwtSettings, openIssuer, type TokenIssuer } from '../support/token-issuer.ts'
import { expectRefusal, type Refused } from '../support/token-refusals.ts'

const opened = new AsyncDisposableStack()
const time = new ManualTime()
const now = Math.floor(time.clock() / 1_000)
const publicUrl = 'https://signals.example'
const pingUrl = `${publicUrl}/signals/ping`
const proxy = '10.0.0.1'
let jwks: string
let issuer: TokenIssuer
let key: ProofKey
let thief: ProofKey
let client: Identity
let other: Identity
let service: BuiltApp

beforeAll(async () => {
  jwks = join(opened.use(await temporaryDirectory()).path, 'jwks.json')
  issuer = await openIssuer(time.clock)
  ;[key, thief] = [await newProofKey(time.clock), await newProofKey(time.clock)]
  ;[client, other] = [await newIdentity('client'), await newIdentity('other')]
  await writeFile(jwks, issuer.keySet)
  const settings = { ...jwtSettings(jwks, { mtls: { proxies: [proxy] } }), http: { publicUrl } }
  service = opened.use(await openApp(settings, { clock: time.clock }))
})
afterAll(() => opened.disposeAsync())

async function ping(headers: Asked['headers'] = {}, from?: string): Promise<Answer> {
  return await service.ask('/signals/ping', { headers, ...(from !== undefined && { from }) })
}

const forwarded = ({ certificate }: Identity): string => `:${certificate.raw.toString('base64')}:`

describe('a proof', () => {
  const lacking = 'the proof lacks a claim: it has jti, htm, htu, iat and ath'
  const stale = 'the proof is too old'
  const notAllowed = 'the proof is signed with an algorithm that is not allowed'
  const elsewhere = 'the proof is for another URL (htu)'

  async function pingProven(claims: Claims, header: Claims = {}, by = key): Promise<Answer> {
    const token = await issuer.token({ cnf: key.cnf })
    return await ping(dpop(token, await by.proof({ token, url: pingUrl }, claims, header)))
  }

  test.each<Refused<Claims>>([
    ['for another method', { htm: 'POST' }, 'the proof is for another method (htm)'],
    ['for a method in small letters', { htm: 'get' }, 'the proof is for another method (htm)'],
    ['for another path', { htu: `${publicUrl}/signals/facts` }, elsewhere],
    ['for a path that ends in a slash', { htu: `${pingUrl}/` }, elsewhere],
    ['for a path in capitals', { htu: `${publicUrl}/signals/PING` }, elsewhere],
    ['for another host', { htu: 'https://evil.example/signals/ping' }, elsewhere],
    ['for another scheme', { htu: pingUrl.replace('https', 'http') }, elsewhere],
    ['for another port', { htu: pingUrl.replace('example', 'example:444') }, elsewhere],
    ['for a path alone', { htu: '/signals/ping' }, elsewhere],
    ['for an URL with a user', { htu: pingUrl.replace('//', '//a@') }, elsewhere],
    ['for no URL', { htu: 'ping' }, elsewhere],
    [
      'for another token',
      { ath: 'fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo' },
      'the proof is for another token (ath)',
    ],
    ['for no token', { ath: undefined }, lacking],
    ['without a method', { htm: undefined }, lacking],
    ['without an URL', { htu: undefined }, lacking],
    ['without a name', { jti: undefined }, lacking],
    ['with an empty name', { jti: '' }, lacking],
    ['with a name that is no text', { jti: 7 }, lacking],
    ['with a name that nobody could keep', { jti: 'x'.repeat(257) }, lacking],
    ['without a time', { iat: undefined }, 'the proof is malformed'],
    ['with a time that is no number', { iat: String(now) }, 'the proof is malformed'],
    ['that is too old by a second', { iat: now - 91 }, stale],
    ['of a year ago', { iat: now - 31_536_000 }, stale],
    ['of the future by a second', { iat: now + 31 }, 'the proof is dated in the future'],
    ['that says that it has expired', { exp: now - 31 }, stale],
  ])('%s', async (_, claims, reason) => {
    expectRefusal(await pingProven(claims), 'DPoP', 'DPOP_PROOF_INVALID', reason)
  })

  test.each<Refused<Claims>>([
    ['of another type', { typ: 'JWT' }, 'the proof is not of the type dpop+jwt'],
    ['of no type', { typ: undefined }, 'the proof is not of the type dpop+jwt'],
    ['without its key', { jwk: undefined }, 'the proof holds no key (jwk)'],
    ['with a text for a key', { jwk: 'key' }, 'the proof holds no key (jwk)'],
    ['with an empty key', { jwk: {} }, 'the key of the proof is malformed'],
  ])('%s', async (_, header, reason) => {
    expectRefusal(await pingProven({}, header), 'DPoP', 'DPOP_PROOF_INVALID', reason)
  })

  test.each<Refused<() => Promise<Answer>>>([
    ['of another key', () => pingProven({}, {}, thief), 'the proof is of another key than the token is bound to'],
    [
      'of another key, which names the right one',
      () => pingProven({}, { jwk: key.jwk }, thief),
      'the signature does not fit the proof',
    ],
    [
      'with the secret part of its key',
      () => pingProven({}, { jwk: key.secretJwk }),
      'the proof holds a key that is secret',
    ],
    ['with a secret that it is signed with', () => pingSharedSecret(), 'the proof holds a key that is secret'],
    ['by nobody', () => pingForged({ alg: 'none' }), notAllowed],
    ['by the public key as a secret', () => pingForged({ alg: 'HS256' }, String(key.jwk.x)), notAllowed],
    ['that demands extensions', () => pingForged({ crit: ['exp'] }), 'the proof demands extensions (crit)'],
    ['that is none', () => pingWith('x'), 'the proof is malformed'],
    ['that is empty', () => pingWith(''), 'the proof is malformed'],
    ['that is missing', () => pingWith([]), 'the header DPoP with a proof is missing'],
    ['beside another one', async () => pingWith([await good(), await good()]), 'there is more than one proof'],
    ['joined with another one', async () => pingWith(`${await good()}, ${await good()}`), 'the proof is malformed'],
    ['for the host that the request names', pingOtherHost, elsewhere],
  ])('%s', async (_, ask, reason) => {
    expectRefusal(await ask(), 'DPoP', 'DPOP_PROOF_INVALID', reason)
  })

  async function pingWith(proof: string | string[]): Promise<Answer> {
    return await ping({ authorization: `DPoP ${await boundToken()}`, dpop: proof })
  }

  const boundToken = (): Promise<string> => issuer.token({ cnf: key.cnf })

  async function good(): Promise<string> {
    return await key.proof({ token: await boundToken(), url: pingUrl })
  }

  async function pingForged(header: Claims, secret?: string): Promise<Answer> {
    return await pingWith(forgedToken({ alg: 'ES256', typ: 'dpop+jwt', jwk: key.jwk, ...header }, { iat: now }, secret))
  }

  async function pingSharedSecret(): Promise<Answer> {
    const jwk = await exportJWK(await generateSecret('HS256', { extractable: true }))
    return await pingForged({ alg: 'HS256', jwk }, String(jwk.k))
  }

  async function pingOtherHost(): Promise<Answer> {
    const token = await boundToken()
    const proof = await key.proof({ token, url: 'https://evil.example/signals/ping' })
    const spoofed = {
      host: 'evil.example',
      'x-forwarded-host': 'evil.example',
      forwarded: 'host=evil.example;proto=https',
    }
    return await ping(dpop(token, proof, spoofed))
  }

  test.each([
    ['at once', {}, 0],
    ['just before it is too old', {}, 90_000],
    ['when it was dated ahead, and would be good for longest', { iat: now + 30 }, 120_000],
  ])('that was used before, %s', async (_, claims, laterMs) => {
    const moving = new ManualTime()
    await using replaying = await openApp({ ...jwtSettings(jwks), http: { publicUrl } }, { clock: moving.clock })
    const token = await issuer.token({ cnf: key.cnf, exp: now + 3_600 })
    const headers = dpop(token, await key.proof({ token, url: pingUrl }, claims))
    expect((await replaying.ask('/signals/ping', { headers })).status).toBe(204)
    moving.pass(laterMs)
    const answer = await replaying.ask('/signals/ping', { headers })
    expectRefusal(answer, 'DPoP', 'DPOP_PROOF_REPLAYED', 'the proof was used before: each request needs a new one')
  })
})

describe('a binding', () => {
  const unknown = 'the token is bound (cnf) in a way that cannot be checked here'
  const missing = 'the token is bound to a client certificate that this request did not come with'

  test('that the sender leaves out: a bound token as a plain one', async () => {
    const headers = bearer(await issuer.token({ cnf: key.cnf }))
    expectRefusal(
      await ping(headers),
      'Bearer',
      'TOKEN_INVALID',
      'the token is bound to a key and needs the scheme DPoP, with a proof',
    )
  })

  test('that the sender made up: a plain token as a bound one', async () => {
    const token = await issuer.token()
    const headers = dpop(token, await key.proof({ token, url: pingUrl }))
    expectRefusal(
      await ping(headers),
      'DPoP',
      'TOKEN_INVALID',
      'the token is bound to no key, and needs the scheme Bearer',
    )
  })

  test.each([
    [{}],
    [null],
    ['jkt'],
    [[]],
    [{ jkt: 7 }],
    [{ jkt: '' }],
    [{ jkt: 'short' }],
    [{ kid: 'somebody' }],
    [{ 'x5t#S256': null }],
    [{ 'x5t#s256': 'A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0' }],
  ])('that nobody can check: cnf %j', async (cnf) => {
    expectRefusal(await ping(bearer(await issuer.token({ cnf }))), 'Bearer', 'TOKEN_INVALID', unknown)
  })

  test.each<Refused<() => Record<string, string>>>([
    ['that is not shown', () => ({}), missing],
    ['that is another’s', () => ({ 'client-cert': forwarded(other) }), missing],
    [
      'that a proxy garbled',
      () => ({ 'client-cert': 'garbled' }),
      'the proxy names no single client certificate that can be read',
    ],
  ])('to a certificate %s', async (_, headers, reason) => {
    const answer = await ping(bearer(await issuer.token({ cnf: client.cnf }), headers()), proxy)
    expectRefusal(answer, 'Bearer', 'TOKEN_INVALID', reason)
  })

  test('to a certificate that stands in a header, but comes from no proxy of ours', async () => {
    const headers = bearer(await issuer.token({ cnf: client.cnf }), { 'client-cert': forwarded(client) })
    expect((await ping(headers, proxy)).status).toBe(204)
    expectRefusal(await ping(headers, '10.0.0.2'), 'Bearer', 'TOKEN_INVALID', missing)
  })
})

test('the same request with nothing wrong is let in', async () => {
  const token = await issuer.token({ cnf: { ...key.cnf, ...client.cnf } })
  const proof = await key.proof({ token, url: pingUrl })
  expect((await ping(dpop(token, proof, { 'client-cert': forwarded(client) }), proxy)).status).toBe(204)
})

import { createPublicKey } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Answer, type Asked, type BuiltApp, openApp } from '../support/build-app.ts'
import { ManualTime } from '../support/manual-timer.ts'
import { temporaryDirectory } from '../support/service-process.ts'
import {
  bearer,
  type Claims,
  forgedToken,
  goodClaims,
  jwtSettings,
  keySetOf,
  openIssuer,
  type TokenIssuer,
} from '../support/token-issuer.ts'
import { expectRefusal, type Refused } from '../support/token-refusals.ts'

const opened = new AsyncDisposableStack()
const time = new ManualTime()
const now = Math.floor(time.clock() / 1_000)
let jwks: string
let issuer: TokenIssuer
let rsa: TokenIssuer
let stranger: TokenIssuer
let service: BuiltApp

beforeAll(async () => {
  jwks = join(opened.use(await temporaryDirectory()).path, 'jwks.json')
  ;[issuer, rsa, stranger] = [
    await openIssuer(time.clock),
    await openIssuer(time.clock, 'RS256'),
    await openIssuer(time.clock),
  ]
  await writeFile(jwks, keySetOf(issuer.pair, rsa.pair))
  service = opened.use(await openApp(jwtSettings(jwks), { clock: time.clock }))
})
afterAll(() => opened.disposeAsync())

async function ping(headers: NonNullable<Asked['headers']>): Promise<Answer> {
  return await service.ask('/signals/ping', { headers })
}

describe('a token', () => {
  const malformed = 'the token is malformed'

  test.each<Refused<Claims>>([
    ['is not good yet', { nbf: now + 31 }, 'the token is not good yet'],
    ['was issued in the future', { iat: now + 31 }, 'the token was issued in the future'],
    ['is for another audience', { aud: 'other' }, 'the token is for another audience'],
    ['is for no audience', { aud: undefined }, 'the token is for another audience'],
    [
      'is for audiences that only begin like ours',
      { aud: ['signals2', 'Signals'] },
      'the token is for another audience',
    ],
    ['is of another issuer', { iss: 'https://evil.example' }, 'the token is of another issuer'],
    [
      'is of an issuer that only begins like ours',
      { iss: 'https://issuer.example.evil' },
      'the token is of another issuer',
    ],
    ['is of no issuer', { iss: undefined }, 'the token is of another issuer'],
    ['is good for ever', { exp: undefined }, 'the token does not say when it expires'],
    ['expires at a time that is no number', { exp: 'tomorrow' }, malformed],
    ['begins at a time that is no number', { nbf: '0' }, malformed],
    ['was issued at a time that is no number', { iat: 'now' }, malformed],
  ])('that %s', async (_, claims, reason) => {
    expectRefusal(await ping(bearer(await issuer.token(claims))), 'Bearer', 'TOKEN_INVALID', reason)
  })

  test('that has expired, with a code of its own', async () => {
    const headers = bearer(await issuer.token({ exp: now - 30 }))
    expectRefusal(await ping(headers), 'Bearer', 'TOKEN_EXPIRED', 'the token has expired')
  })

  test.each<Refused<string>>([
    ['no token at all', 'x', malformed],
    ['two parts', 'a.b', malformed],
    ['parts that are no JSON', 'a.b.c', malformed],
    ['five parts', 'a.b.c.d.e', malformed],
    ['empty parts', '..', malformed],
    ['a header that is null', 'bnVsbA.e30.x', malformed],
    ['an empty header', 'e30.e30.', malformed],
    ['far too many letters', `${'a'.repeat(30_000)}.b.c`, malformed],
    ['a space in it', 'a b', 'the header holds no single token'],
    ['nothing in it', '', 'the header holds no single token'],
  ])('with %s', async (_, token, reason) => {
    expectRefusal(await ping(bearer(token)), 'Bearer', 'TOKEN_INVALID', reason)
  })

  test('beside another one', async () => {
    const authorization = [`Bearer ${await issuer.token()}`, `Bearer ${await stranger.token()}`]
    expectRefusal(
      await ping({ authorization }),
      'Bearer',
      'TOKEN_INVALID',
      'the header Authorization stands there twice',
    )
  })
})

describe('a signature', () => {
  const noKey = 'no key of the issuer fits the token'
  const unfit = 'the signature does not fit the token'
  const notAllowed = 'the token is signed with an algorithm that is not allowed'

  test.each<Refused<() => Promise<string>>>([
    ['of a key that nobody knows', () => issuer.token({}, { kid: 'unheard-of' }), noKey],
    ['of another key than it says', () => stranger.token({}, { kid: issuer.pair.signing.kid }), unfit],
    ['of a key that the token brings itself', () => stranger.token({}, bringing()), noKey],
    ['of a key named without its algorithm', () => issuer.token({}, { kid: rsa.pair.signing.kid }), noKey],
    ['taken from a token with other claims', altered, unfit],
    ['cut off', async () => (await issuer.token()).replace(/\.[^.]*$/, '.'), unfit],
  ])('%s', async (_, token, reason) => {
    expectRefusal(await ping(bearer(await token())), 'Bearer', 'TOKEN_INVALID', reason)
  })

  const bringing = (): Claims => {
    const { verifying } = stranger.pair
    return { kid: verifying.kid, jwk: verifying, jku: 'http://127.0.0.1:9/', x5u: 'http://127.0.0.1:9/' }
  }

  async function altered(): Promise<string> {
    const [header, , signature] = (await issuer.token()).split('.')
    const claims = Buffer.from(JSON.stringify(goodClaims(time.clock, { tenant: 'other' }))).toString('base64url')
    return `${header}.${claims}.${signature}`
  }

  test.each(['none', 'None', 'NONE', 'nOnE'])('of nobody: alg %s', async (alg) => {
    const token = forgedToken({ alg, kid: issuer.pair.signing.kid }, goodClaims(time.clock))
    expectRefusal(await ping(bearer(token)), 'Bearer', 'TOKEN_INVALID', notAllowed)
  })

  test('made with the public key, which everybody has, as if it were a shared secret', async () => {
    const { verifying } = rsa.pair
    const pem = createPublicKey({ key: { ...verifying }, format: 'jwk' })
      .export({ type: 'spki', format: 'pem' })
      .toString()
    for (const secret of [pem, pem.trim(), JSON.stringify(verifying), keySetOf(rsa.pair), String(verifying.n), '']) {
      const token = forgedToken({ alg: 'HS256', kid: verifying.kid }, goodClaims(time.clock), secret)
      expectRefusal(await ping(bearer(token)), 'Bearer', 'TOKEN_INVALID', notAllowed)
    }
  })

  test.each([[['exp']], [['b64']], [[]], ['exp']])('that demands extensions: crit %j', async (crit) => {
    const token = forgedToken({ alg: 'ES256', kid: issuer.pair.signing.kid, crit, b64: true }, {}, 'x')
    expectRefusal(await ping(bearer(token)), 'Bearer', 'TOKEN_INVALID', 'the token demands extensions (crit)')
  })

  test.each(['dpop+jwt', 'application/DPoP+JWT'])('of a proof of possession: typ %s', async (typ) => {
    const headers = bearer(await issuer.token({}, { typ }))
    expectRefusal(await ping(headers), 'Bearer', 'TOKEN_INVALID', 'a proof of possession is no token')
  })

  test('of a key that was rotated out, from the moment it is gone', async () => {
    const keys = join(opened.use(await temporaryDirectory()).path, 'jwks.json')
    await writeFile(keys, keySetOf(issuer.pair, rsa.pair))
    const moving = new ManualTime()
    await using rotating = await openApp(jwtSettings(keys), { clock: moving.clock })
    const headers = bearer(await issuer.token())
    expect((await rotating.ask('/signals/ping', { headers })).status).toBe(204)
    await writeFile(keys, keySetOf(rsa.pair))
    moving.pass(1_000)
    const answer = await rotating.ask('/signals/ping', { headers })
    expectRefusal(answer, 'Bearer', 'TOKEN_INVALID', noKey)
  })
})

describe('a scope', () => {
  test.each<[string, Claims]>([
    ['another one', { scope: 'signals:write signals:admin signals:operate' }],
    ['none', { scope: '' }],
    ['no claim', { scope: undefined }],
    ['a claim that is no text', { scope: { read: true } }],
    ['a part of it', { scope: 'signals:rea' }],
    ['two in one entry of a list', { scope: undefined, scp: ['signals:read signals:write'] }],
  ])('that is missing, with %s in its place', async (_, claims) => {
    const answer = await ping(bearer(await issuer.token(claims)))
    expect(answer).toMatchObject({ status: 403, body: { code: 'SCOPE_MISSING', scope: 'signals:read' } })
    expect(answer.headers['www-authenticate']).toBe(
      'Bearer realm="signals", error="insufficient_scope", error_description="this needs the scope signals:read", scope="signals:read"',
    )
  })
})

test('the same request with nothing wrong is let in', async () => {
  expect((await ping(bearer(await issuer.token()))).status).toBe(204)
})

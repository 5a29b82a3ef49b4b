import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { type BuiltApp, openApp, type TestSettings } from '../support/build-app.ts'
import { type KeySetServer, openKeySetServer, publishing } from '../support/key-set-server.ts'
import { ManualTime } from '../support/manual-timer.ts'
import { temporaryDirectory } from '../support/service-process.ts'
import { bearer, forgedToken, jwtSettings, keySetOf, openIssuer, type TokenIssuer } from '../support/token-issuer.ts'

const hour = { exp: Math.floor(new ManualTime().clock() / 1_000) + 3_600 }
let first: TokenIssuer
let second: TokenIssuer
beforeAll(async () => {
  const { clock } = new ManualTime()
  ;[first, second] = [await openIssuer(clock), await openIssuer(clock)]
})

/** A service on a clock of its own, whose keys are somewhere. */
async function openWith(jwks: string, auth: TestSettings = {}): Promise<{ service: BuiltApp; time: ManualTime }> {
  const time = new ManualTime()
  return { service: await openApp(jwtSettings(jwks, auth), { clock: time.clock }), time }
}

async function answerTo(service: BuiltApp, token: string): Promise<unknown> {
  const { status, body } = await service.ask('/signals/ping', { headers: bearer(token) })
  return body['code'] ?? `${status}`
}

async function readiness(service: BuiltApp): Promise<unknown> {
  const { status, body } = await service.ask('/readyz')
  const { auth } = body['dependencies'] as { auth: { state: string } }
  return { status, says: body['status'], auth: auth.state }
}

const ready = { status: 200, says: 'ready', auth: 'up' }
const degraded = { status: 200, says: 'degraded', auth: 'down' }

describe('keys in a file', () => {
  test('are rotated without a restart: the new key counts at once, the old one until it is taken out', async () => {
    await using directory = await temporaryDirectory()
    const jwks = join(directory.path, 'jwks.json')
    await writeFile(jwks, first.keySet)
    const { service, time } = await openWith(jwks)
    await using _ = service
    const [older, newer] = [await first.token(hour), await second.token(hour)]
    expect([await answerTo(service, older), await answerTo(service, newer)]).toEqual(['204', 'TOKEN_INVALID'])

    await writeFile(jwks, keySetOf(first.pair, second.pair))
    time.pass(1_000)
    expect([await answerTo(service, older), await answerTo(service, newer)]).toEqual(['204', '204'])

    await writeFile(`${jwks}.new`, second.keySet)
    await rename(`${jwks}.new`, jwks)
    time.pass(1_000)
    // It was good before, and is remembered; what was remembered under other keys does not count.
    expect([await answerTo(service, older), await answerTo(service, newer)]).toEqual(['TOKEN_INVALID', '204'])
  })

  test('serve on when the file is lost, and readiness names it', async () => {
    await using directory = await temporaryDirectory()
    const jwks = join(directory.path, 'jwks.json')
    await writeFile(jwks, first.keySet)
    const { service, time } = await openWith(jwks)
    await using _ = service
    const token = await first.token(hour)
    expect([await answerTo(service, token), await readiness(service)]).toEqual(['204', ready])
    await rm(jwks)
    time.pass(1_000)
    expect([await readiness(service), await answerTo(service, token)]).toEqual([degraded, '204'])
    expect(await answerTo(service, await first.token({ ...hour, sub: 'new' }))).toBe('204')
  })

  test.each([
    ['is not there', undefined],
    ['is empty', ''],
    ['is no JSON', '<html>'],
    ['holds no keys', '{}'],
    ['holds a private key, which then is not one', 'private'],
    ['holds a shared secret', '{"keys":[{"kty":"oct","k":"c2VjcmV0","kid":"x"}]}'],
  ])('cannot be had when the file %s: 503, not 401', async (_, content) => {
    await using directory = await temporaryDirectory()
    const jwks = join(directory.path, 'jwks.json')
    const text = content === 'private' ? JSON.stringify({ keys: [first.pair.signing] }) : content
    if (text !== undefined) await writeFile(jwks, text)
    const { service, time } = await openWith(jwks)
    await using _service = service
    const answer = await service.ask('/signals/ping', { headers: bearer(await first.token(hour)) })
    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '1' } })
    expect(answer.body['code']).toBe('TOKEN_KEYS_UNAVAILABLE')
    expect(answer.text).not.toContain(directory.path)
    expect(await readiness(service)).toEqual(degraded)
    // Without a token nothing has to be looked up.
    expect((await service.ask('/signals/ping')).body['code']).toBe('TOKEN_MISSING')

    await writeFile(jwks, first.keySet)
    time.pass(1_000)
    expect(await answerTo(service, await first.token(hour))).toBe('204')
    expect(await readiness(service)).toEqual(ready)
  })
})

describe('keys by URL', () => {
  test('are fetched once for many requests at once, and not again while they are fresh', async () => {
    await using issuer = await openKeySetServer(publishing(first.keySet))
    const { service, time } = await openWith(issuer.url)
    await using _ = service
    const tokens = await Promise.all(Array.from({ length: 20 }, (_none, n) => first.token({ ...hour, sub: `${n}` })))
    expect(issuer.asked).toBe(0)
    const answers = await Promise.all(tokens.map((token) => answerTo(service, token)))
    expect(new Set(answers)).toEqual(new Set(['204']))
    time.pass(299_999)
    expect(await answerTo(service, await first.token(hour))).toBe('204')
    expect(issuer.asked).toBe(1)
    time.pass(1)
    expect(await answerTo(service, await first.token(hour))).toBe('204')
    expect(issuer.asked).toBe(2)
  })

  test('are fetched again for a token of a new key', async () => {
    await using issuer = await openKeySetServer(publishing(first.keySet))
    const { service, time } = await openWith(issuer.url)
    await using _ = service
    expect(await answerTo(service, await first.token(hour))).toBe('204')
    issuer.answer = publishing(second.keySet)
    time.pass(10_000)
    expect(await answerTo(service, await second.token(hour))).toBe('204')
    expect(await answerTo(service, await first.token(hour))).toBe('TOKEN_INVALID')
    expect(issuer.asked).toBe(2)
  })

  test('are not fetched for each of the keys that somebody makes up', async () => {
    await using issuer = await openKeySetServer(publishing(first.keySet))
    const { service, time } = await openWith(issuer.url)
    await using _ = service
    const invented = (kid: string): string => forgedToken({ alg: 'ES256', kid }, {}, 'x')
    for (let round = 1; round <= 3; round += 1) {
      const answers = await Promise.all(Array.from({ length: 50 }, (_none, n) => answerTo(service, invented(`${n}`))))
      expect(new Set(answers)).toEqual(new Set(['TOKEN_INVALID']))
      expect(issuer.asked).toBe(round)
      time.pass(10_000)
    }
  })

  test('that were withdrawn count no more once they are fetched again', async () => {
    await using issuer = await openKeySetServer(publishing(first.keySet))
    const { service, time } = await openWith(issuer.url)
    await using _ = service
    const token = await first.token(hour)
    expect(await answerTo(service, token)).toBe('204')
    issuer.answer = publishing('{"keys":[]}')
    time.pass(300_000)
    expect(await answerTo(service, token)).toBe('TOKEN_INVALID')
  })

  // Nothing here waits for it: on a busy machine a short one would cut good answers off.
  const patient = { jwksTimeoutMs: 60_000 }

  test.each<[string, KeySetServer['answer']]>([
    ['answer', () => undefined],
    ['end its answer', (response) => response.writeHead(200).write('{"keys":')],
  ])('are not waited for longer than was said when the issuer does not %s', async (_, answer) => {
    await using issuer = await openKeySetServer(answer)
    const { service } = await openWith(issuer.url, { jwksTimeoutMs: 50 })
    await using _service = service
    expect(await answerTo(service, await first.token(hour))).toBe('TOKEN_KEYS_UNAVAILABLE')
    expect(await readiness(service)).toEqual(degraded)
  })

  const broken: readonly [string, KeySetServer['answer']][] = [
    ['is down', (response) => response.destroy()],
    ['fails', (response) => response.writeHead(500).end('no')],
    ['answers garbage', publishing('<html>')],
    ['answers another document', publishing('{"issuer":"x"}')],
    ['answers without end', publishing(`{"keys":[],"more":"${'x'.repeat(1_100_000)}"}`)],
    ['leads elsewhere', (response) => response.writeHead(302, { location: '/elsewhere' }).end()],
  ]

  test.each(broken)('cannot be had when the issuer %s: 503 until it recovers', async (_, answer) => {
    await using issuer = await openKeySetServer(answer)
    const { service, time } = await openWith(issuer.url, patient)
    await using _service = service
    const token = await first.token(hour)
    expect(await answerTo(service, token)).toBe('TOKEN_KEYS_UNAVAILABLE')
    expect(await answerTo(service, token)).toBe('TOKEN_KEYS_UNAVAILABLE')
    expect(await readiness(service)).toEqual(degraded)
    expect(issuer.asked).toBe(1)
    issuer.answer = publishing(first.keySet)
    time.pass(1_000)
    expect(await answerTo(service, token)).toBe('204')
    expect(await readiness(service)).toEqual(ready)
  })

  test.each(broken)('serve on while the issuer %s, and only a new key is unknown', async (_, answer) => {
    await using issuer = await openKeySetServer(publishing(first.keySet))
    const { service, time } = await openWith(issuer.url, patient)
    await using _service = service
    const known = await first.token(hour)
    expect(await answerTo(service, known)).toBe('204')
    issuer.answer = answer
    time.pass(300_000)
    expect(await answerTo(service, known)).toBe('204')
    expect(await answerTo(service, await first.token({ ...hour, sub: 'new' }))).toBe('204')
    // Nobody can say that this one is bad: the issuer may have a new key.
    expect(await answerTo(service, await second.token(hour))).toBe('TOKEN_KEYS_UNAVAILABLE')
    expect(await readiness(service)).toEqual(degraded)
    issuer.answer = publishing(keySetOf(first.pair, second.pair))
    time.pass(1_000)
    expect(await answerTo(service, await second.token(hour))).toBe('204')
    expect(await readiness(service)).toEqual(ready)
  })

  test('that cannot be had are told of in the log, once', async () => {
    await using issuer = await openKeySetServer((response) => response.destroy())
    const { service, time } = await openWith(issuer.url)
    await using _ = service
    const token = await first.token(hour)
    for (let round = 0; round < 3; round += 1) {
      await answerTo(service, token)
      time.pass(1_000)
    }
    expect(service.log.filter(({ msg }) => msg === 'no keys of tokens')).toHaveLength(1)
  })
})

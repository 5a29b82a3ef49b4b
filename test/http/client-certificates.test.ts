import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { Agent, type AgentOptions, request } from 'node:https'
import { connect as connectTcp } from 'node:net'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type BuiltApp, openApp, type TestSettings } from '../support/build-app.ts'
import { type Identity, newIdentity, writeIdentity } from '../support/certificates.ts'
import { dpop, newProofKey } from '../support/proofs.ts'
import { temporaryDirectory } from '../support/service-process.ts'
import { bearer, type Claims, jwtSettings, openIssuer, type TokenIssuer } from '../support/token-issuer.ts'

const opened = new AsyncDisposableStack()
const clock = Date.now
let jwks: string
let files: { certFile: string; keyFile: string }
let clientCaFile: string
let issuer: TokenIssuer
let authority: Identity
let listener: Identity
let client: Identity
let stranger: Identity
let service: BuiltApp
let url: string

beforeAll(async () => {
  const { path } = opened.use(await temporaryDirectory())
  issuer = await openIssuer(clock)
  authority = await newIdentity('authority')
  listener = await newIdentity('127.0.0.1', authority)
  client = await newIdentity('client', authority)
  stranger = await newIdentity('stranger')
  jwks = join(path, 'jwks.json')
  clientCaFile = join(path, 'authorities.crt')
  await Promise.all([writeFile(jwks, issuer.keySet), writeFile(clientCaFile, authority.cert)])
  files = await writeIdentity(path, listener)
  service = opened.use(await openApp({ ...jwtSettings(jwks), http: { tls: files } }))
  url = (await service.listen()).url
})
afterAll(() => opened.disposeAsync())

interface Asking {
  readonly identity?: Identity
  readonly claims?: Claims
  readonly headers?: Readonly<Record<string, string>>
  readonly agent?: Agent
}

/** Over TLS, as whoever has the identity. Answers the status, and whether the session of an earlier connection went on. */
async function ping(to: string, { identity, claims = {}, headers, agent = agentOf(identity) }: Asking) {
  const sent = headers ?? bearer(await issuer.token(claims))
  const asked = request(`${to}/signals/ping`, { agent, headers: sent }).end()
  const [response] = await once(asked, 'response')
  const isResumed: boolean = response.socket.isSessionReused()
  await once(response.resume(), 'end')
  agent.destroy()
  return { status: response.statusCode, isResumed }
}

function agentOf(identity: Identity | undefined, more: AgentOptions = {}): Agent {
  return new Agent({ ca: authority.cert, ...(identity && { cert: identity.cert, key: identity.key }), ...more })
}

async function statusOf(asking: Asking, to = url): Promise<unknown> {
  return (await ping(to, asking)).status
}

describe('over TLS, a token that is bound to a certificate', () => {
  test('is good with that certificate, whoever signed it', async () => {
    expect(await statusOf({ identity: client, claims: { cnf: client.cnf } })).toBe(204)
    expect(await statusOf({ identity: stranger, claims: { cnf: stranger.cnf } })).toBe(204)
  })

  test('is refused with another certificate, and with none', async () => {
    expect(await statusOf({ identity: stranger, claims: { cnf: client.cnf } })).toBe(401)
    expect(await statusOf({ claims: { cnf: client.cnf } })).toBe(401)
  })

  test('is refused when the certificate only stands in a header', async () => {
    const headers = bearer(await issuer.token({ cnf: client.cnf }), { 'client-cert': forwarded(client) })
    expect(await statusOf({ headers })).toBe(401)
    expect(await statusOf({ headers, identity: stranger })).toBe(401)
  })

  test('is good on a later connection of the same session, which shows no certificate again', async () => {
    // Before version 1.3 a session is there once the handshake is over.
    const agent = (): Agent => agentOf(client, { session, maxVersion: 'TLSv1.2' })
    let session: Buffer | undefined
    const first = agent().on('keylog', (_, socket) => socket.once('session', (ticket: Buffer) => (session = ticket)))
    const asking = { claims: { cnf: client.cnf } }
    expect(await ping(url, { ...asking, agent: first })).toEqual({ status: 204, isResumed: false })
    expect(await ping(url, { ...asking, agent: agent() })).toEqual({ status: 204, isResumed: true })
    expect(await ping(url, { claims: { cnf: stranger.cnf }, agent: agent() })).toEqual({ status: 401, isResumed: true })
  })

  test('needs its proof as well when it is bound to a key besides', async () => {
    const key = await newProofKey(clock)
    const token = await issuer.token({ cnf: { ...key.cnf, ...client.cnf } })
    const headers = async () => dpop(token, await key.proof({ token, url: `${url}/signals/ping` }))
    expect(await statusOf({ identity: client, headers: await headers() })).toBe(204)
    expect(await statusOf({ identity: stranger, headers: await headers() })).toBe(401)
    expect(await statusOf({ identity: client, headers: bearer(token) })).toBe(401)
  })
})

test('over TLS nobody needs a certificate whose token is bound to none', async () => {
  expect(await statusOf({})).toBe(204)
  expect(await statusOf({ identity: stranger })).toBe(204)
})

test('the listening URL says https, and proofs are for it when no public one is named', async () => {
  expect(url).toMatch(/^https:\/\/127\.0\.0\.1:/)
  const key = await newProofKey(clock)
  const token = await issuer.token({ cnf: key.cnf })
  expect(await statusOf({ headers: dpop(token, await key.proof({ token, url: `${url}/signals/ping` })) })).toBe(204)
  const plain = `${url.replace('https', 'http')}/signals/ping`
  expect(await statusOf({ headers: dpop(token, await key.proof({ token, url: plain })) })).toBe(401)
})

test('with http.tls.clientCaFile only certificates of its authorities count', async () => {
  await using strict = await openApp({ ...jwtSettings(jwks), http: { tls: { ...files, clientCaFile } } })
  const { url: at } = await strict.listen()
  expect(await statusOf({ identity: client, claims: { cnf: client.cnf } }, at)).toBe(204)
  expect(await statusOf({ identity: stranger, claims: { cnf: stranger.cnf } }, at)).toBe(401)
  expect(await statusOf({ identity: stranger }, at)).toBe(204)
})

test('connections that said nothing, in TLS or before it, do not hold up a stop', async () => {
  const stopping = await openApp({ ...jwtSettings(jwks), http: { tls: files } })
  const { port } = await stopping.listen()
  const seen = once(stopping.app.server, 'secureConnection')
  const silent = [connect({ port, host: '127.0.0.1', ca: authority.cert }), connectTcp(port, '127.0.0.1')]
  await Promise.all(silent.map((socket) => once(socket, 'connect')))
  await seen
  const closed = silent.map((socket) => once(socket.resume(), 'close'))
  await stopping[Symbol.asyncDispose]()
  await Promise.all(closed)
})

/** As RFC 9440 has it. */
function forwarded({ certificate }: Identity): string {
  return `:${certificate.raw.toString('base64')}:`
}

describe('behind a proxy that ends TLS', () => {
  const settings = (mtls: TestSettings): TestSettings => jwtSettings(jwks, { mtls })

  async function answer(to: BuiltApp, from: string, headers: Record<string, string | string[]>) {
    const token = await issuer.token({ cnf: client.cnf })
    const { status, body } = await to.ask('/signals/ping', { from, headers: { ...bearer(token), ...headers } })
    return status === 204 ? status : body['detail']
  }
  const missing = expect.stringMatching(/did not come with/)
  const unreadable = expect.stringMatching(/no single client certificate/)

  test('its header counts, from the addresses and networks that are named, and from nobody else', async () => {
    await using proxied = await openApp(settings({ proxies: ['10.1.0.0/16', '192.0.2.7', 'fd00::/8'] }))
    const headers = { 'client-cert': forwarded(client) }
    for (const from of ['10.1.2.3', '::ffff:10.1.2.3', '192.0.2.7', 'fd12::1']) {
      expect({ from, answer: await answer(proxied, from, headers) }).toEqual({ from, answer: 204 })
    }
    for (const from of ['10.2.0.1', '192.0.2.8', '127.0.0.1', 'fe80::1%eth0', '::ffff:10.2.0.1', 'unknown']) {
      expect({ from, answer: await answer(proxied, from, headers) }).toEqual({ from, answer: missing })
    }
  })

  test('the header has the name that the configuration gives it', async () => {
    await using proxied = await openApp(settings({ proxies: ['10.0.0.1'], header: 'X-SSL-Client-Cert' }))
    const escaped = encodeURIComponent(client.cert)
    expect(await answer(proxied, '10.0.0.1', { 'x-ssl-client-cert': escaped })).toBe(204)
    expect(await answer(proxied, '10.0.0.1', { 'client-cert': forwarded(client) })).toEqual(missing)
  })

  test('a header with another certificate, none, several, or something else is refused', async () => {
    await using proxied = await openApp(settings({ proxies: ['10.0.0.1'] }))
    const good = forwarded(client)
    const der = client.certificate.raw
    for (const [value, reason] of [
      [forwarded(stranger), missing],
      ['', missing],
      [[good, good], unreadable],
      [`${good}, ${good}`, unreadable],
      [`${forwarded(stranger)},${good}`, unreadable],
      [encodeURIComponent(client.cert + stranger.cert), unreadable],
      [Buffer.concat([der, stranger.certificate.raw]).toString('base64'), unreadable],
      [der.subarray(0, -1).toString('base64'), unreadable],
      ['::', unreadable],
      ['%', unreadable],
      ['(null)', unreadable],
    ] as const) {
      expect(await answer(proxied, '10.0.0.1', { 'client-cert': [value].flat() })).toEqual(reason)
    }
  })

  test('the certificate of the proxy itself is not that of its clients', async () => {
    await using proxied = await openApp({ ...settings({ proxies: ['127.0.0.1'] }), http: { tls: files } })
    const { url: at } = await proxied.listen()
    const claims = { cnf: client.cnf }
    expect(await statusOf({ identity: client, claims }, at)).toBe(401)
    const headers = bearer(await issuer.token(claims), { 'client-cert': forwarded(client) })
    expect(await statusOf({ identity: stranger, headers }, at)).toBe(204)
  })
})

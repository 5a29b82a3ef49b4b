import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as oauth from 'oauth4webapi'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findRedisServer, type RealRedis, startRedis } from '../support/real-parts/redis-server.ts'
import { type ServiceProcess, startServiceProcess, temporaryDirectory } from '../support/service-process.ts'
import { issuerName, openIssuer, type TokenIssuer } from '../support/token-issuer.ts'

const binary = (await findRedisServer()) ?? ''
const publicUrl = 'https://signals.example/reachability'
const opened = new AsyncDisposableStack()
let directory: string
let issuer: TokenIssuer
let starts = 0

beforeAll(async () => {
  directory = opened.use(await temporaryDirectory()).path
  issuer = await openIssuer(Date.now)
  await writeFile(join(directory, 'jwks.json'), issuer.keySet)
})
afterAll(() => opened.disposeAsync())

interface Running extends AsyncDisposable {
  readonly service: ServiceProcess
}

async function start(env: Readonly<Record<string, string>> = {}): Promise<Running> {
  starts += 1
  const service = await startServiceProcess(join(directory, `data-${starts}`), {
    SIGNALS__AUTH__MODE: 'jwt',
    SIGNALS__AUTH__ISSUER: issuerName,
    SIGNALS__AUTH__AUDIENCE: 'signals',
    SIGNALS__AUTH__JWKS: join(directory, 'jwks.json'),
    ...env,
  })
  return { service, [Symbol.asyncDispose]: () => service.kill('SIGTERM') }
}

type Send = (url: string, options: { method: string; headers: Record<string, string> }) => Promise<Response>

interface Client {
  readonly token: string
  readonly handle: oauth.DPoPHandle
  /** Asks as the library does; `send` may do with its request what networks and attackers do. */
  get(url: string, send?: Send): Promise<Response>
}

/** A client of an implementation that is not ours, with a token that is bound to its key. */
async function newClient(alg = 'ES256'): Promise<Client> {
  const handle = oauth.DPoP({}, await oauth.generateKeyPair(alg))
  const token = await issuer.token({ cnf: { jkt: await handle.calculateThumbprint() } })
  return {
    token,
    handle,
    get: (url, send = fetch) =>
      oauth.protectedResourceRequest(token, 'GET', new URL(url), undefined, undefined, {
        DPoP: handle,
        [oauth.allowInsecureRequests]: true,
        [oauth.customFetch]: (asked, { method, headers }) => send(asked, { method, headers }),
      }),
  }
}

/** What the library read in a refusal. */
async function challengesOf(asked: Promise<Response>): Promise<unknown> {
  try {
    return (await asked).status
  } catch (error) {
    if (!(error instanceof oauth.WWWAuthenticateChallengeError)) throw error
    return error.cause.map(({ scheme, parameters }) => ({ scheme, error: parameters.error }))
  }
}

async function codeOf(answer: Response): Promise<unknown> {
  if (answer.ok) return answer.status
  const problem: unknown = await answer.json()
  return typeof problem === 'object' && problem !== null && 'code' in problem ? problem.code : problem
}

describe('an independent client', () => {
  let running: Running
  beforeAll(async () => {
    running = await start()
  })
  afterAll(() => running[Symbol.asyncDispose]())

  test.each(['ES256', 'EdDSA', 'PS256', 'RS256'])('with a key of %s is let in', async (alg) => {
    const client = await newClient(alg)
    expect((await client.get(`${running.service.url}/signals/ping`)).status).toBe(204)
    expect((await client.get(`${running.service.url}/signals/facts?limit=1`)).status).toBe(200)
  })

  test('understands why it is refused', async () => {
    const { url } = running.service
    const [client, thief] = [await newClient(), await newClient()]
    const insecure = { [oauth.allowInsecureRequests]: true } as const
    const ask = (options: oauth.ProtectedResourceRequestOptions): Promise<Response> =>
      oauth.protectedResourceRequest(client.token, 'GET', new URL(`${url}/signals/ping`), undefined, undefined, options)
    expect(await challengesOf(ask(insecure))).toEqual([{ scheme: 'bearer', error: 'invalid_token' }])
    const stolen = await challengesOf(ask({ ...insecure, DPoP: thief.handle }))
    expect(stolen).toEqual([{ scheme: 'dpop', error: 'invalid_dpop_proof' }])
    const scope = await challengesOf(client.get(`${url}/signals/events/dead-letters`))
    expect(scope).toEqual([{ scheme: 'dpop', error: 'insufficient_scope' }])
    const nobody = await fetch(`${url}/signals/ping`)
    expect(nobody.headers.get('www-authenticate')).toMatch(/^Bearer realm="signals", DPoP realm="signals", algs="/)
  })
})

describe.skipIf(binary === '')('two replicas that share Redis', () => {
  let redis: RealRedis
  let replicas: readonly Running[]
  beforeAll(async () => {
    redis = await startRedis(binary)
    const env = {
      SIGNALS__REDIS__URL: redis.url,
      SIGNALS__HTTP__PUBLIC_URL: publicUrl,
      SIGNALS__AUTH__DPOP__NONCE_SECRET: 'a secret that all replicas were given',
    }
    replicas = await Promise.all([start(env), start(env)])
  })
  afterAll(async () => {
    await Promise.all(replicas.map((replica) => replica[Symbol.asyncDispose]()))
    await redis[Symbol.asyncDispose]()
  })

  /** What a proxy does: clients know one URL, and each request goes to the next replica. */
  function sendTo(index: number): Send {
    const url = replicas[index % replicas.length]?.service.url ?? ''
    return (asked, init) => fetch(asked.replace(publicUrl, url), init)
  }

  const pingUrl = `${publicUrl}/signals/ping`

  /** After its first refusal the library knows the nonce. */
  async function newcomer(): Promise<Client> {
    const client = await newClient()
    const refused = await client.get(pingUrl, sendTo(0)).catch((error: unknown) => error)
    expect(oauth.isDPoPNonceError(refused)).toBe(true)
    return client
  }

  test('take the nonce that either of them gave', async () => {
    const client = await newcomer()
    expect((await client.get(pingUrl, sendTo(1))).status).toBe(204)
    expect((await client.get(pingUrl, sendTo(0))).status).toBe(204)
  })

  test('let one of fifty requests with the same proof in, whichever they are sent to at once', async () => {
    const client = await newcomer()
    const answers: Response[] = []
    await client.get(pingUrl, async (url, init) => {
      answers.push(...(await Promise.all(Array.from({ length: 50 }, (_, index) => sendTo(index)(url, init)))))
      return new Response()
    })
    const codes = await Promise.all(answers.map(codeOf))
    expect(codes.filter((code) => code === 204)).toHaveLength(1)
    expect(codes.filter((code) => code === 'DPOP_PROOF_REPLAYED')).toHaveLength(49)
  })

  test('refuse proofs while Redis is away, and nobody else', async () => {
    const client = await newcomer()
    await redis.kill()
    const refused = await client.get(pingUrl, sendTo(0))
    expect(refused.status).toBe(503)
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/)
    expect(refused.headers.get('www-authenticate')).toBeNull()
    expect(await refused.json()).toMatchObject({ code: 'DPOP_REPLAY_CACHE_UNAVAILABLE' })
    const authorization = `Bearer ${await issuer.token()}`
    for (const { service } of replicas) {
      expect((await fetch(`${service.url}/signals/facts`, { headers: { authorization } })).status).toBe(200)
    }
    await redis.start()
    // Each has a connection of its own, which comes back in its own time.
    for (const index of replicas.keys()) {
      let status: number
      do status = (await client.get(pingUrl, sendTo(index))).status
      while (status === 503)
      expect(status).toBe(204)
    }
  })
})

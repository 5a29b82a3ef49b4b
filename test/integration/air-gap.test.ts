import { execFile, spawnSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../../src/lib/clock.ts'
import { distributed, embedded, type Mode, nameOf } from '../support/modes/mode.ts'
import { runnableModes } from '../support/modes/runnable-modes.ts'
import { startMongod } from '../support/real-parts/mongod.ts'
import { findRedisServer, startRedis } from '../support/real-parts/redis-server.ts'
import { s3Credentials, startVersitygw } from '../support/real-parts/versitygw.ts'
import { recordConnections, recordedConnections } from '../support/recorded-connections.ts'
import { type ServiceProcess, startServiceProcess, temporaryDirectory } from '../support/service-process.ts'
import { bearer, issuerName, openIssuer } from '../support/token-issuer.ts'

type Environment = Readonly<Record<string, string>>

const canTrace = spawnSync('strace', ['-V']).status === 0

/** Where a service keeps things, and the only addresses that it may speak to for that. */
interface Backends {
  readonly env: Environment
  readonly allowed: readonly string[]
}

let directory: Awaited<ReturnType<typeof temporaryDirectory>>
const started = new AsyncDisposableStack()
beforeAll(async () => {
  directory = await temporaryDirectory()
})
afterAll(async () => {
  await started.disposeAsync()
  await directory[Symbol.asyncDispose]()
})

function tcp(url: string): string {
  const { hostname, port } = new URL(url)
  return `tcp ${hostname}:${port}`
}

async function startBackends({ store, bus, cas }: Mode): Promise<Backends> {
  const env: Record<string, string> = {}
  const allowed: string[] = []
  if (store === 'mongo') {
    const mongod = started.adopt(await startMongod('a replica set'), (server) => server.close())
    Object.assign(env, { SIGNALS__STORE__DRIVER: 'mongo', SIGNALS__MONGO__CONNECTION_STRING: mongod.connectionString })
    allowed.push(tcp(mongod.connectionString))
  }
  if (bus === 'redis') {
    const { url } = started.use(await startRedis((await findRedisServer()) ?? ''))
    env['SIGNALS__REDIS__URL'] = url
    allowed.push(tcp(url))
  }
  if (cas === 's3') {
    const server = started.use(await startVersitygw())
    const { bucket } = await server.newBucket()
    Object.assign(env, s3Credentials, {
      SIGNALS__CAS__DRIVER: 's3',
      SIGNALS__CAS__S3__ENDPOINT: server.endpoint,
      SIGNALS__CAS__S3__BUCKET: bucket,
    })
    allowed.push(tcp(server.endpoint))
  }
  return { env, allowed: allowed.sort() }
}

/** A sealed service that checks tokens, and one of its tokens. */
async function startSealed(
  env: Environment,
  name: string,
  wrapper: readonly string[] = [],
): Promise<{ service: ServiceProcess; token: string }> {
  const file = (suffix: string): string => join(directory.path, `${name}-${suffix}`)
  const issuer = await openIssuer(systemClock)
  await writeFile(file('jwks.json'), issuer.keySet)
  await writeFile(file('evidence.json'), JSON.stringify({ observedAt: new Date(), health: { egress: 'ok' } }))
  const settings = {
    ...env,
    SIGNALS__AUTH__MODE: 'jwt',
    SIGNALS__AUTH__ISSUER: issuerName,
    SIGNALS__AUTH__AUDIENCE: 'signals',
    SIGNALS__AUTH__JWKS: file('jwks.json'),
    SIGNALS__AIR_GAP__SEALED_MODE__ENFORCEMENT_ENABLED: 'true',
    SIGNALS__AIR_GAP__SEALED_MODE__EVIDENCE_PATH: file('evidence.json'),
    SIGNALS__TELEMETRY__METRICS__PORT: '0',
  }
  const service = await startServiceProcess(file('data'), settings, wrapper)
  const scope = 'signals:read signals:write signals:admin signals:operate'
  return { service, token: await issuer.token({ scope, exp: Math.floor(systemClock() / 1_000) + 3_600 }) }
}

/** Everything that a service is there for, once: what comes in, what is made of it, and every page that people look at. */
async function live({ url, log }: ServiceProcess, token: string): Promise<void> {
  const ask = async (path: string, init: RequestInit = {}): Promise<string> => {
    const response = await fetch(new URL(path, url), { ...init, headers: bearer(token, { prefer: 'wait=30' }) })
    const text = await response.text()
    if (!response.ok) throw new Error(`${path}: ${response.status} ${text}\n${log.slice(-5).join('\n')}`)
    return text
  }
  const post = (path: string, body: string): Promise<string> => ask(path, { method: 'POST', body })
  const graph = { nodes: [{ id: 'main' }, { id: 'a' }], edges: [{ from: 'main', to: 'a' }] }
  const posted = await post(
    '/signals/callgraphs?language=node&component=c&version=1&scanId=s&target=a',
    JSON.stringify(graph),
  )
  const { callgraphId } = JSON.parse(posted) as { callgraphId: string }
  await post(`/signals/runtime-facts/ndjson?callgraphId=${callgraphId}&scanId=s`, '{"symbolId":"a"}')
  const read = ['facts/s', 'facts', 'events', 'status', `callgraphs/${callgraphId}/graph`, 'facts/s/versions']
  for (const path of read) await ask(`/signals/${path}`)
  for (const path of ['/healthz', '/readyz', '/openapi.json', '/docs/']) await ask(path)
  const page = await ask('/docs/')
  for (const [, asset = ''] of page.matchAll(/(?:src|href)="([^"]+)"/g)) await ask(new URL(asset, `${url}/docs/`).href)
  const metrics = JSON.parse(log.find((line) => line.includes('metrics listening')) ?? '{}') as { url: string }
  await ask(metrics.url)
}

const runnable = await runnableModes()
const modes = [embedded, ...runnable.filter((mode) => nameOf(mode) === nameOf(distributed))]

describe.each(modes.map((mode) => [nameOf(mode), mode] as const))('behind an air gap, on %s', (name, mode) => {
  test('a whole life opens connections to store, bus and content store alone, and asks for no name', async () => {
    const { env, allowed } = await startBackends(mode)
    const record = join(directory.path, `${name}.record`)
    const { service, token } = await startSealed({ ...env, ...(await recordConnections(record)) }, name)
    await live(service, token)
    await service.kill('SIGTERM')
    expect(await service.exited).toEqual({ code: 0, signal: null })
    expect(await recordedConnections(record)).toEqual(allowed)
  })
})

test.skipIf(!canTrace)(
  'nor does the kernel see one: alone, the process connects to nothing and sends nothing',
  async () => {
    const trace = join(directory.path, 'trace')
    const tracer = ['strace', '-D', '-f', '-e', 'trace=connect,sendto,sendmsg,sendmmsg,bind', '-o', trace]
    const { service, token } = await startSealed({}, 'traced', tracer)
    await live(service, token)
    await service.kill('SIGTERM')
    const calls = (await readFile(trace, 'utf8')).split('\n').filter((line) => line.includes('AF_INET'))
    // The two listeners show that the trace is one.
    expect(calls.map((call) => call.replace(/^\d+ +(\w+)\(.*/, '$1'))).toEqual(['bind', 'bind'])
  },
)

test('the record would show what a program asks of anybody, in any thread', async () => {
  const record = join(directory.path, 'talkative.record')
  const program = `
    import { createSocket } from 'node:dgram'
    import { lookup, promises } from 'node:dns'
    import { connect } from 'node:net'
    import { connect as connectSecurely } from 'node:tls'
    import { Worker } from 'node:worker_threads'
    const ignore = () => undefined
    const ended = (emitter) => new Promise((resolve) => emitter.once('error', resolve).once('close', resolve).once('exit', resolve))
    await fetch('http://127.0.0.1:20001').catch(ignore)
    await ended(connect(20002, '127.0.0.1'))
    await ended(connectSecurely({ host: '127.0.0.1', port: 20003 }))
    await new Promise((resolve) => lookup('one.invalid', resolve))
    await promises.resolveSrv('two.invalid').catch(ignore)
    const socket = createSocket('udp4')
    await new Promise((resolve) => socket.send('x', 9, '127.0.0.1', () => socket.close(resolve)))
    await ended(new Worker("fetch('http://127.0.0.1:20004').catch(() => undefined)", { eval: true }))
  `
  const env = { PATH: process.env['PATH'], ...(await recordConnections(record)) }
  await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], { env })
  expect(await recordedConnections(record)).toEqual([
    'dns one.invalid',
    'dns two.invalid',
    'tcp 127.0.0.1:20001',
    'tcp 127.0.0.1:20002',
    'tcp 127.0.0.1:20003',
    'tcp 127.0.0.1:20004',
    'udp',
  ])
})

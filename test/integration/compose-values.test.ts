import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type ComposeFile, readComposeFile, serviceOf } from '../support/deployment/compose-file.ts'
import { environmentOf, type Places, runToItsEnd } from '../support/deployment/run-service.ts'
import { mongodProgram, startMongod } from '../support/real-parts/mongod.ts'
import { findRedisServer, startRedis } from '../support/real-parts/redis-server.ts'
import { startVersitygw, versitygwProgram } from '../support/real-parts/versitygw.ts'
import { type ServiceProcess, startServiceProcess, temporaryDirectory } from '../support/service-process.ts'

const redisProgram = await findRedisServer()
const Receipt = z.object({ callgraphId: z.string() })
const graph = JSON.stringify({
  nodes: ['main', 'load'].map((id) => ({ id, name: id })),
  edges: [{ from: 'main', to: 'load' }],
  entryPoints: [{ nodeId: 'main', kind: 'main' }],
})

/** Names and paths that only containers have; ports that others may use on this machine. */
async function placesIn(directory: string): Promise<Places> {
  const [keySet, keys] = [join(directory, 'key-set'), join(directory, 'keys')]
  for (const volume of [keySet, keys]) await mkdir(volume)
  return { '/key-set': keySet, '/keys': keys, '0.0.0.0': '127.0.0.1' }
}

describe('the values of', () => {
  test('docker-compose.embedded.yml start a service that takes the tokens of its own key, and makes facts', async () => {
    await using directory = await temporaryDirectory()
    await tryOut(readComposeFile('docker-compose.embedded.yml'), await placesIn(directory.path), [
      'auth',
      'store',
      'cas',
    ])
  })

  test.skipIf(!(mongodProgram && redisProgram && versitygwProgram))(
    'docker-compose.yml start one that has all its servers as well',
    async () => {
      const file = readComposeFile('docker-compose.yml')
      await using directory = await temporaryDirectory()
      await using redis = await startRedis(redisProgram ?? '', serviceOf(file, 'redis').command.slice(1))
      const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '' } = serviceOf(file, 'bucket').environment
      await using s3 = await startVersitygw({ credentials: { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } })
      const mongod = await startMongod('a replica set to be', 'signals')
      try {
        const places = {
          ...(await placesIn(directory.path)),
          'mongo:27017': new URL(mongod.connectionString).host,
          'redis:6379': new URL(redis.url).host,
          'rustfs:9000': new URL(s3.endpoint).host,
        }
        for (const name of ['replica-set', 'bucket', 'replica-set', 'bucket']) {
          await runToItsEnd(serviceOf(file, name), places)
        }
        await tryOut(file, places, ['auth', 'mongo', 'cas', 'redis'])
      } finally {
        await mongod.close()
      }
    },
  )
})

/** As `docker compose up` and `docker compose run token` would, but that nothing is in a container. */
async function tryOut(file: ComposeFile, places: Places, dependencies: readonly string[]): Promise<void> {
  // Again, as with every `up`: the key stays the same.
  for (const keys of [serviceOf(file, 'keys'), serviceOf(file, 'keys')]) await runToItsEnd(keys, places)
  const token = await runToItsEnd(serviceOf(file, 'token'), places)
  await using data = await temporaryDirectory()
  const service = await startServiceProcess(data.path, {
    ...environmentOf(serviceOf(file, 'signals'), places),
    SIGNALS__HTTP__PORT: '0',
    SIGNALS__TELEMETRY__METRICS__PORT: '0',
  })
  try {
    await usesAllItsParts(service, dependencies)
    await makesAFact(service, { authorization: `Bearer ${token}` })
  } finally {
    await service.kill('SIGTERM')
  }
  expect((await service.exited).code).toBe(0)
}

async function usesAllItsParts(service: ServiceProcess, dependencies: readonly string[]): Promise<void> {
  const readiness = await fetch(`${service.url}/readyz`)
  const up = { state: 'up', latencyMs: expect.any(Number) }
  expect([readiness.status, await readiness.json()]).toEqual([
    200,
    { status: 'ready', dependencies: Object.fromEntries(dependencies.map((name) => [name, up])) },
  ])
  const { url } = JSON.parse(await service.untilLogged('metrics listening'))
  expect(await (await fetch(url)).text()).toContain('signals_pending_evidence 0')
}

async function makesAFact({ url }: ServiceProcess, authorization: Readonly<Record<string, string>>): Promise<void> {
  const post = async (path: string, body: string, headers: Readonly<Record<string, string>>) =>
    await fetch(`${url}/signals/${path}`, { method: 'POST', body, headers: { prefer: 'wait=30', ...headers } })
  const graphPath = 'callgraphs?language=node&component=shop&version=1&scanId=nightly&target=load'
  expect((await post(graphPath, graph, {})).status).toBe(401)
  const posted = await post(graphPath, graph, authorization)
  const { callgraphId } = Receipt.parse(await posted.json())
  const hits = '{"symbolId":"load","hitCount":3,"observedAt":"2026-11-20T12:00:00Z"}'
  const ndjson = { 'content-type': 'application/x-ndjson', ...authorization }
  await post(`runtime-facts/ndjson?scanId=nightly&callgraphId=${callgraphId}`, hits, ndjson)
  const states = await fetch(`${url}/signals/facts/nightly/states`, { headers: authorization })
  expect(await states.json()).toMatchObject({
    items: [{ target: 'load', verdict: 'observed', path: ['main', 'load'], evidence: { runtimeHits: ['load'] } }],
  })
  expect((await fetch(`${url}/signals/facts/nightly`)).status).toBe(401)
}

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { failPointNames } from '../../src/lib/fail-points.ts'
import { postSmallGraph, readFact, relayedVersions, versionsUpTo } from '../support/evidence-client.ts'
import { InsistentClient } from '../support/insistent-client.ts'
import { type Mongod, type MongodKind, mongodProgram, startMongod } from '../support/real-parts/mongod.ts'
import { type ServiceProcess, startServiceProcess, temporaryDirectory } from '../support/service-process.ts'

const kinds: readonly MongodKind[] = ['a standalone server', 'a replica set']
const subject = 'scan'
const symbols = ['a', 'b', 'nowhere']
const unavailable = { status: 503, code: 'STORE_UNAVAILABLE', retryAfter: '5', type: 'application/problem+json' }

describe.skipIf(!mongodProgram).each(kinds)('a service on %s', (kind) => {
  let mongod: Mongod
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>
  beforeAll(async () => {
    directory = await temporaryDirectory()
    mongod = await startMongod(kind)
  })
  afterAll(async () => {
    await mongod.close()
    await directory[Symbol.asyncDispose]()
  })

  const startService = (database: string, env: Readonly<Record<string, string>> = {}): Promise<ServiceProcess> =>
    startServiceProcess(directory.path, {
      SIGNALS__STORE__DRIVER: 'mongo',
      SIGNALS__MONGO__CONNECTION_STRING: mongod.connectionString,
      SIGNALS__MONGO__DATABASE: database,
      SIGNALS__MONGO__SERVER_SELECTION_TIMEOUT_MS: '1000',
      SIGNALS__MONGO__OPERATION_TIMEOUT_MS: '1000',
      ...env,
    })

  const clientOf = async ({ url }: ServiceProcess): Promise<InsistentClient> =>
    new InsistentClient({ ...(await postSmallGraph(url, subject)), subject, symbols })

  /** One more batch, so that something is folded after all that happened. */
  const expectEverythingOnce = async (service: ServiceProcess, client: InsistentClient, batches: number) => {
    await client.post(service.url, 'last')
    await expectOnce(service, subject, batches + 1)
  }

  test('counts every acknowledged batch once while its store is killed again and again', async () => {
    const [one, other] = await Promise.all([startService('killed'), startService('killed')])
    const client = await clientOf(one)
    const lanes = Array.from({ length: 8 }, async (_, lane) => {
      const { url } = lane % 2 ? other : one
      for (let batch = lane; batch < 96; batch += 8) await client.post(url, `batch-${batch}`)
    })
    for (const acknowledged of [20, 50]) {
      await client.hasAcknowledged(acknowledged)
      await mongod.kill()
      await mongod.start()
    }
    await Promise.all(lanes)
    for (const refusal of client.refusals) expect(refusal).toEqual(unavailable)
    await expectEverythingOnce(other, client, 96)
    await Promise.all([one.kill('SIGTERM'), other.kill('SIGTERM')])
  })

  test('refuses while its store is down or silent, keeps nothing of what it refused, and goes on by itself', async () => {
    const service = await startService('down')
    const client = await clientOf(service)
    await client.post(service.url, 'before')

    await mongod.kill()
    await client.postOnce(service.url, 'down')
    expect(client.refusals).toEqual([unavailable])
    expect((await fetch(`${service.url}/signals/facts/${subject}`)).status).toBe(503)
    expect(await readiness(service)).toMatchObject({
      status: 503,
      body: { status: 'unavailable', dependencies: { mongo: { state: 'down' }, cas: { state: 'up' } } },
    })
    expect((await fetch(`${service.url}/healthz`)).status).toBe(200)

    await mongod.start()
    await client.post(service.url, 'between')
    expect(await readiness(service)).toMatchObject({ status: 200, body: { status: 'ready' } })

    // A server that holds its connections and says nothing: whether it took the batch, nobody knows until it is repeated.
    mongod.suspend()
    await client.postOnce(service.url, 'silent')
    expect(client.refusals.at(-1)).toEqual(unavailable)
    mongod.resume()
    await client.post(service.url, 'silent')

    // Every try at `down` was refused, so what was refused for good is in no fact.
    await expectEverythingOnce(service, client, 3)
    await service.kill('SIGTERM')
  })

  test('says at its start that there is no store, and does not say its password', async () => {
    await mongod.kill()
    const connectionString = mongod.connectionString.replace('//', '//signals:s3cret@')
    const start = startService('absent', { SIGNALS__MONGO__CONNECTION_STRING: connectionString })
    const failure = await start.then(
      () => '',
      (error: unknown) => String(error),
    )
    await mongod.start()
    expect(failure).toContain('STORE_UNAVAILABLE')
    expect(failure).not.toContain('s3cret')
  })
})

describe.skipIf(!mongodProgram)('a replica that dies at a named point, and its store with it', () => {
  let mongod: Mongod
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>
  let survivor: ServiceProcess
  let env: Readonly<Record<string, string>>
  beforeAll(async () => {
    directory = await temporaryDirectory()
    mongod = await startMongod('a standalone server')
    env = { SIGNALS__STORE__DRIVER: 'mongo', SIGNALS__MONGO__CONNECTION_STRING: mongod.connectionString }
    survivor = await startServiceProcess(directory.path, env)
  })
  afterAll(async () => {
    await survivor.kill('SIGTERM')
    await mongod.close()
    await directory[Symbol.asyncDispose]()
  })

  test.each(failPointNames)('leaves all to the other replica, to be counted once: %s', async (point) => {
    const { callgraphId } = await postSmallGraph(survivor.url, point)
    const client = new InsistentClient({ callgraphId, subject: point, symbols })
    const dying = await startServiceProcess(directory.path, { ...env, SIGNALS__TESTING__FAIL_POINTS: point })
    const isDead = dying.exited.then(() => true)
    let posted = 0
    // The other replica may fold or relay what was posted here: then it is the next that leads to the point.
    for (let isAlive = true; isAlive; posted += 1) {
      isAlive = await client.postOnce(dying.url, `${point}-${posted}`).then(
        () => true,
        async () => !(await isDead),
      )
    }
    expect((await dying.exited).signal).toBe('SIGKILL')
    await mongod.kill()
    await mongod.start()
    for (let batch = 0; batch <= posted; batch += 1) await client.post(survivor.url, `${point}-${batch}`)
    await expectOnce(survivor, point, posted + 1)
  })
})

/** Everything that was posted so often, once it is folded and told. */
async function expectOnce({ url }: ServiceProcess, subjectKey: string, batches: number): Promise<void> {
  let fact = await readFact(url, subjectKey)
  while (fact.pending > 0) fact = await readFact(url, subjectKey)
  expect(fact.hits).toEqual(Object.fromEntries(symbols.map((symbol) => [symbol, batches])))
  expect(await relayedVersions(url, subjectKey, fact.version)).toEqual(versionsUpTo(fact.version))
}

async function readiness({ url }: ServiceProcess): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${url}/readyz`)
  return { status: response.status, body: await response.json() }
}

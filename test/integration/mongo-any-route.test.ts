import { describe, expect, test } from 'vitest'
import { postSmallGraph } from '../support/evidence-client.ts'
import { bundleZip } from '../support/made-bundles.ts'
import { type MongodKind, mongodProgram, startMongod } from '../support/real-parts/mongod.ts'
import { type ServiceProcess, startServiceProcess, temporaryDirectory } from '../support/service-process.ts'

const kinds: readonly MongodKind[] = ['a standalone server', 'a replica set']
const kills = 2
const subject = 'scan'

describe.skipIf(!mongodProgram).each(kinds)('on %s that is killed while everything is asked', (kind) => {
  test('every request is answered as ever, or refused as a store that is away, and then answered again', async () => {
    await using directory = await temporaryDirectory()
    await using started = new AsyncDisposableStack()
    const mongod = started.adopt(await startMongod(kind), (server) => server.close())
    const service = started.adopt(await startOn(directory.path, mongod.connectionString), (one) => one.kill('SIGTERM'))
    const { callgraphId } = await postSmallGraph(service.url, subject)
    const requests = requestsOf(callgraphId)

    for (let kill = 1; kill <= kills; kill += 1) {
      const askers = requests.map((request) => askUntilRefused(service, request))
      await Promise.all(askers.map(({ firstAnswer }) => firstAnswer))
      await mongod.kill()
      await Promise.all(askers.map(({ refused }) => refused))
      await mongod.start()
      await Promise.all(requests.map((request) => untilAnswered(service, request)))
    }
  })
})

async function startOn(directory: string, connectionString: string): Promise<ServiceProcess> {
  return await startServiceProcess(directory, {
    SIGNALS__STORE__DRIVER: 'mongo',
    SIGNALS__MONGO__CONNECTION_STRING: connectionString,
    SIGNALS__MONGO__SERVER_SELECTION_TIMEOUT_MS: '1000',
    SIGNALS__MONGO__OPERATION_TIMEOUT_MS: '1000',
  })
}

type Ask = readonly [path: string, init?: RequestInit]

const jsonPost = (body: unknown): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

/** Reads, lists, questions, the feed and the ways in: whatever comes to the store by a way of its own. */
function requestsOf(callgraphId: string): readonly Ask[] {
  const named = { subject: { scanId: subject } }
  const reads = [
    `/signals/facts/${subject}`,
    `/signals/facts/${subject}/states`,
    `/signals/facts/${subject}/runtime-facts`,
    `/signals/facts/${subject}/explain?target=b`,
    `/signals/facts?callgraphId=${callgraphId}`,
    '/signals/callgraphs',
    `/signals/callgraphs/${callgraphId}`,
    `/signals/callgraphs/${callgraphId}/graph`,
    '/signals/events',
    '/signals/events/dead-letters',
    `/signals/unknowns/${subject}`,
    '/status',
  ]
  return [
    ...reads.map((path): Ask => [path]),
    [`/signals/facts/${subject}/query`, jsonPost({ targets: ['a'] })],
    ['/signals/events/replay', { method: 'POST' }],
    ['/signals/runtime-facts', jsonPost({ ...named, callgraphId, events: [{ symbolId: 'a' }] })],
    ['/signals/reachability/recompute', jsonPost({ ...named, targets: ['a'] })],
    ['/signals/unknowns', jsonPost({ ...named, callgraphId, unknowns: [{ symbolId: 'u', reason: 'dynamic' }] })],
    ['/signals/reachability/union', { method: 'POST', body: new Uint8Array(bundleZip()) }],
    [`/signals/callgraphs?language=node&component=again&version=1`, { method: 'POST', body: '{"nodes":["main"]}' }],
  ]
}

/** Asks again and again until the store is away. */
function askUntilRefused(service: ServiceProcess, ask: Ask) {
  const first = Promise.withResolvers<void>()
  const asking = async (): Promise<void> => {
    while (await isAnsweredNow(service, ask)) first.resolve()
  }
  return { firstAnswer: first.promise, refused: asking() }
}

async function untilAnswered(service: ServiceProcess, ask: Ask): Promise<void> {
  while (!(await isAnsweredNow(service, ask)));
}

/** False when the store is away, in the one way that is said; any other failure fails the test. */
async function isAnsweredNow({ url }: ServiceProcess, [path, init]: Ask): Promise<boolean> {
  const response = await fetch(`${url}${path}`, init)
  const text = await response.text()
  if (response.ok) return true
  const { status, headers } = response
  const { code } = JSON.parse(text) as { code: string }
  expect({ path, status, code, type: headers.get('content-type') }).toEqual({
    path,
    status: 503,
    code: 'STORE_UNAVAILABLE',
    type: 'application/problem+json',
  })
  expect(headers.get('retry-after')).toMatch(/^[1-9]\d*$/)
  return false
}

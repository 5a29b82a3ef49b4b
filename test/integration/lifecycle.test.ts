import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { EventFollower } from '../support/event-follower.ts'
import {
  EvidenceClient,
  linesOf,
  postSmallGraph,
  readFact,
  relayedVersions,
  versionsUpTo,
} from '../support/evidence-client.ts'
import { type ServiceProcess, startServiceProcess, temporaryDirectory } from '../support/service-process.ts'
import { SlowRequest } from '../support/slow-request.ts'

let directory: Awaited<ReturnType<typeof temporaryDirectory>>
let data: string

beforeEach(async () => {
  directory = await temporaryDirectory()
  data = join(directory.path, 'data')
})
afterEach(async () => directory[Symbol.asyncDispose]())

const graceful = { code: 0, signal: null }
const subject = 'stopped'

/** Resolves when nobody takes connections there any more: the service drains. */
async function untilRefused(url: string): Promise<void> {
  for (;;) {
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    try {
      await once(socket, 'connect')
      socket.destroy()
    } catch {
      return
    }
  }
}

function batchUrl({ url }: ServiceProcess, callgraphId: string): string {
  return `${url}/signals/runtime-facts/ndjson?callgraphId=${callgraphId}&scanId=${subject}`
}

test('a service that was killed has left what it compiled for the next start', async () => {
  const compiled = join(directory.path, 'compiled')
  const service = await startServiceProcess(data, { NODE_COMPILE_CACHE: compiled })
  expect((await fetch(`${service.url}/readyz`)).status).toBe(200)
  await service.kill('SIGKILL')
  const files = await readdir(compiled, { recursive: true })
  expect(files.length).toBeGreaterThan(300)
})

describe('a service that is told to stop', () => {
  test('answers what it has begun, folds what is waited for, relays its events and exits with 0', async () => {
    const service = await startServiceProcess(data)
    const { callgraphId } = await postSmallGraph(service.url, subject)
    const slow = await Promise.all(
      Array.from({ length: 6 }, (_, position) =>
        SlowRequest.open(batchUrl(service, callgraphId), position % 2 === 0 ? { prefer: 'wait=30' } : {}),
      ),
    )
    for (const request of slow) request.write(`${linesOf(['a'])}\n`)
    service.child.kill('SIGTERM')
    await untilRefused(service.url)
    const answers = await Promise.all(slow.map((request) => request.finish(linesOf(['b']))))

    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202, 202, 202])
    const awaited = answers.filter((_, position) => position % 2 === 0).map(({ body }) => JSON.parse(body))
    for (const { fact } of awaited) expect(fact).toMatchObject({ version: expect.any(Number) })
    expect(await service.exited).toEqual(graceful)
    const complaints = service.log.filter((line) => /"level":"(warn|error|fatal)"/.test(line))
    expect(complaints).toEqual([expect.stringContaining('AUTHENTICATION IS OFF')])

    // Looked at with nobody there who could still do it.
    const { version, relayed, waiting } = storedEvents()
    expect(version).toBeGreaterThan(1)
    expect(relayed).toBe(version)
    expect(waiting).toBe('[]')

    const again = await startServiceProcess(data)
    await new EvidenceClient({ callgraphId, subject }).post(again.url, { key: 'last', symbols: ['a'], isAwaited: true })
    expect((await readFact(again.url, subject)).hits).toEqual({ a: 7, b: 6 })
    await again.kill('SIGTERM')
  })

  function storedEvents() {
    const database = new DatabaseSync(join(data, 'signals.db'), { readOnly: true })
    const fact = database.prepare('SELECT version, events FROM facts').get()
    const events = database.prepare('SELECT count(*) AS relayed FROM events').get()
    database.close()
    return { version: fact?.['version'], waiting: fact?.['events'], relayed: events?.['relayed'] }
  }

  test('says on /readyz that it drains, to whoever is still connected', async () => {
    const service = await startServiceProcess(data)
    const { callgraphId } = await postSmallGraph(service.url, subject)
    const slow = await SlowRequest.open(batchUrl(service, callgraphId))
    const socket = connect(Number(new URL(service.url).port), '127.0.0.1').setEncoding('utf8')
    let received = ''
    socket.on('data', (text) => {
      received += text
    })
    // One request, and the beginning of another: the answer to the first tells that both were read.
    socket.write('GET /readyz HTTP/1.1\r\nhost: test\r\n\r\nGET /readyz HTTP/1.1\r\n')
    while (!received.includes('"status":"ready"')) await once(socket, 'data')
    service.child.kill('SIGTERM')
    await untilRefused(service.url)
    received = ''
    socket.write('host: test\r\n\r\n')
    await once(socket, 'close')
    expect(received).toMatch(/^HTTP\/1\.1 503 /)
    expect(received).toMatch(/\r\nretry-after: \d+\r\n/i)
    expect(received).toContain('"status":"draining"')

    expect((await slow.finish(linesOf(['a']))).status).toBe(202)
    expect(await service.exited).toEqual(graceful)
  })

  test('ends its event streams in order', async () => {
    const service = await startServiceProcess(data)
    await using follower = await EventFollower.open(service.url)
    await postSmallGraph(service.url, subject)
    await follower.until(subject, (events) => events.length > 0)
    service.child.kill('SIGTERM')
    await follower.ended
    expect(await service.exited).toEqual(graceful)
  })

  test('does not wait for a connection on which nothing was said', async () => {
    const service = await startServiceProcess(data)
    const socket = connect(Number(new URL(service.url).port), '127.0.0.1')
    await once(socket, 'connect')
    // Connections are taken in their order: when this one is answered, that one is known to the service.
    expect((await fetch(`${service.url}/healthz`)).status).toBe(200)
    const closed = once(socket, 'close')
    await service.kill('SIGTERM')
    await closed
    expect(await service.exited).toEqual(graceful)
    expect(service.log.filter((line) => line.includes('closing failed'))).toEqual([])
  })

  test('exits at once when it is told again', async () => {
    const service = await startServiceProcess(data)
    const { callgraphId } = await postSmallGraph(service.url, subject)
    const slow = await SlowRequest.open(batchUrl(service, callgraphId))
    service.child.kill('SIGTERM')
    await service.untilLogged('signals.service.stopping')
    service.child.kill('SIGTERM')
    expect(await service.exited).toEqual({ code: 1, signal: null })
    await expect(slow.answer).rejects.toThrow()
    expect(service.log.filter((line) => line.includes('signals.service.stopped'))).toEqual([])
  })

  test('waits for a client that never ends no longer than its grace, and keeps what it acknowledged', async () => {
    const service = await startServiceProcess(data, { SIGNALS__HTTP__SHUTDOWN_GRACE_MS: '200' })
    const { callgraphId } = await postSmallGraph(service.url, subject)
    const slow = await SlowRequest.open(batchUrl(service, callgraphId))
    slow.write(`${linesOf(['b'])}\n`)
    await new EvidenceClient({ callgraphId, subject }).post(service.url, { key: 'kept', symbols: ['a'] })
    service.child.kill('SIGTERM')
    await expect(slow.answer).rejects.toThrow()
    expect(await service.exited).toEqual(graceful)
    expect(service.log.filter((line) => line.includes('closing failed'))).toEqual([
      expect.stringContaining('"step":"http"'),
    ])
    const again = await startServiceProcess(data)
    await new EvidenceClient({ callgraphId, subject }).post(again.url, { key: 'last', symbols: ['a'], isAwaited: true })
    expect((await readFact(again.url, subject)).hits).toEqual({ a: 2 })
    await again.kill('SIGTERM')
  })
})

describe('a service that cannot start', () => {
  test('exits with 78 and tells all that is wrong with its configuration', async () => {
    const refused = startServiceProcess(data, {
      SIGNALS__HTTP__PORT: '70000',
      SIGNALS__SCORING__PROFILE: 'guess',
      SIGNALS__NO__SUCH_KEY: '1',
      SIGNALS__HTTP__HOST: '0.0.0.0',
    })
    const { message } = await refused.then(
      () => new Error('it started'),
      (error: Error) => error,
    )
    expect(message).toMatch(/^exited with 78/)
    const parts = ['SIGNALS__HTTP__PORT', 'SIGNALS__SCORING__PROFILE', 'SIGNALS__NO__SUCH_KEY', 'not loopback']
    expect(parts.filter((part) => !message.includes(part))).toEqual([])
    expect(existsSync(data)).toBe(false)
  })

  test('exits with 1 where its port is taken, and disturbs nobody', async () => {
    const first = await startServiceProcess(data)
    await postSmallGraph(first.url, subject)
    const before = await readFact(first.url, subject)
    const second = startServiceProcess(data, { SIGNALS__HTTP__PORT: new URL(first.url).port })
    await expect(second).rejects.toThrow(/^exited with 1:/)
    await expect(second).rejects.toThrow('cannot listen')
    await expect(second).rejects.toThrow('EADDRINUSE')
    expect(await readFact(first.url, subject)).toEqual(before)
    await first.kill('SIGTERM')
    expect(await first.exited).toEqual(graceful)
  })
})

test.each(['SIGTERM', 'SIGKILL'] as const)(
  'a service that is started again after %s answers as before',
  async (end) => {
    const service = await startServiceProcess(data)
    const { callgraphId } = await postSmallGraph(service.url, subject)
    const client = new EvidenceClient({ callgraphId, subject })
    const reported = { subject: { scanId: subject }, callgraphId, unknowns: [{ symbolId: 'reflected' }] }
    await expectAccepted(`${service.url}/signals/unknowns`, reported)
    await expectAccepted(`${service.url}/signals/reachability/recompute`, {
      subject: { scanId: subject },
      targets: ['c'],
    })
    await client.post(service.url, { key: 'kept', symbols: ['a', 'nowhere'], isAwaited: true })
    const { version } = await readFact(service.url, subject)
    await relayedVersions(service.url, subject, version)
    const before = await everythingOf(service.url, callgraphId)
    await service.kill(end)

    const again = await startServiceProcess(data)
    expect(await everythingOf(again.url, callgraphId)).toEqual(before)
    expect((await client.send(again.url, { key: 'kept', symbols: ['a', 'nowhere'] })).status).toBe(200)
    expect(await relayedVersions(again.url, subject, version)).toEqual(versionsUpTo(version))
    await again.kill('SIGTERM')
  },
)

async function expectAccepted(url: string, document: object): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', prefer: 'wait=30' },
    body: JSON.stringify(document),
  })
  expect({ status: response.status, text: await response.text() }).toMatchObject({ status: 202 })
}

async function everythingOf(url: string, callgraphId: string) {
  const paths = [
    'facts',
    `facts/${subject}`,
    `facts/${subject}/states?limit=2`,
    `facts/${subject}/runtime-facts`,
    `facts/${subject}/explain?target=b`,
    `unknowns/${subject}`,
    'callgraphs',
    `callgraphs/${callgraphId}`,
    `callgraphs/${callgraphId}/manifest`,
    `callgraphs/${callgraphId}/graph`,
    'events',
  ]
  return await Promise.all(
    paths.map(async (path) => {
      const response = await fetch(`${url}/signals/${path}`)
      return { path, status: response.status, etag: response.headers.get('etag'), body: await response.text() }
    }),
  )
}

test('what uploads had staged when their process was killed is gone after the next start', async () => {
  const staging = join(data, 'cas', '.staging')
  const service = await startServiceProcess(data)
  const { callgraphId } = await postSmallGraph(service.url, subject)
  const graphs = `${service.url}/signals/callgraphs?language=node&component=staged&version=1`
  const slow = await Promise.all([
    SlowRequest.open(graphs),
    SlowRequest.open(graphs),
    SlowRequest.open(batchUrl(service, callgraphId)),
  ])
  // More than fits anywhere but on disk; and lines that stay good.
  const part = linesOf(Array.from({ length: 4_000 }, () => randomBytes(256).toString('hex')))
  for (const request of slow) request.write(`${part}\n`)
  while ((await readdir(staging)).length < slow.length) await new Promise(setImmediate)
  await service.kill('SIGKILL')
  expect((await readdir(staging)).length).toBeGreaterThanOrEqual(slow.length)

  const again = await startServiceProcess(data)
  expect(await readdir(staging)).toEqual([])
  await again.kill('SIGTERM')
})

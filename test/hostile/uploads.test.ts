import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { memoryOf } from '../../bench/support/process-memory.ts'
import { openSmallFileSystem } from '../chaos/small-file-system.ts'
import { runSignals } from '../support/run-signals.ts'
import { type ServiceProcess, startServiceProcess, temporaryDirectory } from '../support/service-process.ts'
import { type LargeBody, largeEvents, largeGraph, type Sent, send } from './large-bodies.ts'

const ceilingBytes = 800 * 1024 * 1024
const atOnce = 64
const scanId = 's1'

async function withProcess(service: ServiceProcess, use: (service: ServiceProcess) => Promise<void>): Promise<void> {
  try {
    await use(service)
  } finally {
    await service.kill('SIGTERM')
  }
}

async function postSmallGraph({ url }: ServiceProcess): Promise<string> {
  const nodes = Array.from({ length: 100 }, (_, node) => `s${node}`)
  const body = JSON.stringify({ nodes, edges: [{ from: 's0', to: 's1' }] })
  const query = `language=node&component=shop&version=1&scanId=${scanId}`
  const response = await fetch(`${url}/signals/callgraphs?${query}`, {
    method: 'POST',
    headers: { prefer: 'wait=30' },
    body,
  })
  const { callgraphId } = (await response.json()) as { callgraphId: string }
  return callgraphId
}

function eventsTo({ url }: ServiceProcess, callgraphId: string): string {
  return `${url}/signals/runtime-facts/ndjson?callgraphId=${callgraphId}&scanId=${scanId}`
}

/** Sixty of events for one subject, and four graphs. */
function manyUploads(service: ServiceProcess, callgraphId: string, bodies: Record<'events' | 'graph', LargeBody>) {
  const sendOne = (upload: number): Promise<Sent> =>
    upload >= atOnce - 4
      ? send(`${service.url}/signals/callgraphs?language=node&component=g${upload}&version=1`, bodies.graph)
      : send(eventsTo(service, callgraphId), bodies.events, { 'idempotency-key': `upload-${upload}` })
  return Array.from({ length: atOnce }, (_, upload) => sendOne(upload))
}

/** Of everything acknowledged, once nothing waits to be folded. */
async function hitsOf({ url }: ServiceProcess): Promise<number> {
  const fact = `${url}/signals/facts/${scanId}`
  await expect
    .poll(async () => (await fetch(fact)).headers.get('signals-pending'), { timeout: 60_000, interval: 200 })
    .toBe('0')
  const response = await fetch(`${fact}/runtime-facts?limit=200`)
  const { items } = (await response.json()) as { items: readonly { hitCount: number }[] }
  return items.reduce((sum, { hitCount }) => sum + hitCount, 0)
}

async function filesBelow(...parts: readonly string[]): Promise<string[]> {
  const entries = await readdir(join(...parts), { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name)
}

/** No file that nobody names, no row without what it names. */
async function expectClean(dataDirectory: string): Promise<void> {
  expect(await filesBelow(dataDirectory, 'cas', '.staging')).toEqual([])
  const verified = await runSignals(['verify'], { SIGNALS__DATA_DIRECTORY: dataDirectory })
  expect(verified).toMatchObject({ code: 0, stdout: expect.stringMatching(/: clean\n$/) })
}

describe('64 uploads of 100 MB at once', () => {
  test('are taken as far as there is room, the others are told when to come again, and nothing is stored half', async () => {
    const bodies = { events: await largeEvents(), graph: await largeGraph() }
    await using directory = await temporaryDirectory()
    const limits = { SIGNALS__LIMITS__MEMORY_BYTES: String(ceilingBytes), SIGNALS__TELEMETRY__LOG_LEVEL: 'warn' }
    await withProcess(await startServiceProcess(directory.path, limits), async (service) => {
      const callgraphId = await postSmallGraph(service)
      const uploads = manyUploads(service, callgraphId, bodies)
      const reads = await Promise.all(
        [`/healthz`, `/readyz`, `/signals/facts/${scanId}`].map((path) => fetch(`${service.url}${path}`)),
      )
      expect(reads.map(({ status }) => status)).toEqual([200, 200, 200])
      const answers = await Promise.all(uploads)
      const { pid = 0 } = service.child
      const { peak } = memoryOf(pid)
      expect(peak * 1024 * 1024).toBeLessThan(ceilingBytes)

      const refused = answers.filter(({ status }) => status !== 202)
      expect(refused.length).toBeGreaterThan(0)
      expect(refused.length).toBeLessThan(atOnce)
      for (const { status, retryAfter } of refused) {
        expect([429, 503]).toContain(status)
        expect(Number(retryAfter)).toBeGreaterThan(0)
      }
      const batches = answers.slice(0, -4).filter(({ status }) => status === 202)
      expect(await hitsOf(service)).toBe(batches.length * bodies.events.records)
      expect(await filesBelow(directory.path, 'cas', 'default', 'runtime_traces')).toHaveLength(batches.length)
      await expectClean(directory.path)
      const again = await send(eventsTo(service, callgraphId), bodies.events, { 'idempotency-key': 'again' })
      expect(again.status).toBe(202)
      console.info(`uploads: ${atOnce - refused.length} taken, ${refused.length} refused, peak ${Math.round(peak)} MB`)
    })
  })
})

describe('a disk that becomes full', () => {
  test('loses nothing acknowledged: reads go on, evidence is refused for a while, and room is all that is needed', async ({
    skip,
  }) => {
    const fileSystem = await openSmallFileSystem()
    if (!fileSystem) return skip('no file system can be mounted')
    await using disk = fileSystem
    const dataDirectory = join(disk.path, 'data')
    const large = await largeEvents()
    await withProcess(await startServiceProcess(dataDirectory), async (service) => {
      const url = eventsTo(service, await postSmallGraph(service))
      let sent = 0
      let acknowledged = 0
      const post = async (): Promise<number> => {
        const headers = { 'idempotency-key': `small-${sent++}` }
        const { status } = await fetch(url, { method: 'POST', headers, body: '{"symbolId":"s1"}\n' })
        if (status === 202) acknowledged += 1
        return status
      }
      const untilRefused = async (): Promise<number> => {
        for (;;) {
          const status = await post()
          if (status !== 202) return status
        }
      }
      const writers = Array.from({ length: 8 }, untilRefused)
      await expect.poll(() => acknowledged, { timeout: 30_000 }).toBeGreaterThan(20)
      await disk.fill()
      expect(new Set(await Promise.all(writers))).toEqual(new Set([503]))

      expect(await send(url, large)).toMatchObject({ status: 503, retryAfter: expect.any(String) })
      const health = await fetch(`${service.url}/healthz`)
      const fact = await fetch(`${service.url}/signals/facts/${scanId}`)
      expect([health.status, fact.status]).toEqual([200, 200])
      expect(await filesBelow(dataDirectory, 'cas', '.staging')).toEqual([])

      await disk.makeRoom()
      await expect.poll(post, { timeout: 30_000, interval: 100 }).toBe(202)
      expect((await send(url, large)).status).toBe(202)
      expect(await hitsOf(service)).toBe(acknowledged + large.records)
      await expectClean(dataDirectory)
    })
  })
})

import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { failPointNames } from '../../src/lib/fail-points.ts'
import { EvidenceClient, postSmallGraph, relayedVersions, settledFact } from '../support/evidence-client.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { type ServiceProcess, startServiceProcess, temporaryDirectory } from '../support/service-process.ts'

const subject = 'crash-test'
const symbols = ['a', 'b', 'nowhere']
const batches = 12
let directory: Awaited<ReturnType<typeof temporaryDirectory>>
let template: string
let callgraphId: string

beforeAll(async () => {
  directory = await temporaryDirectory()
  template = join(directory.path, 'template')
  const service = await startServiceProcess(template)
  callgraphId = (await postSmallGraph(service.url, subject)).callgraphId
  await service.kill('SIGTERM')
})

afterAll(async () => directory[Symbol.asyncDispose]())

async function newDataDirectory(name: string): Promise<string> {
  const path = join(directory.path, name)
  await cp(template, path, { recursive: true })
  return path
}

/** Posts what is not acknowledged yet, until all is or the service dies. */
async function postAll(client: EvidenceClient, service: ServiceProcess): Promise<void> {
  for (let batch = 0; batch < batches; batch += 1) {
    const key = `batch-${batch}`
    if (!client.acknowledged.has(key) && !(await client.post(service.url, key, symbols))) return
  }
}

async function expectEverythingOnce(client: EvidenceClient, path: string): Promise<void> {
  const service = await startServiceProcess(path)
  await postAll(client, service)
  expect(client.acknowledged.size).toBe(batches)
  const { hits, version } = await settledFact(service.url, subject)
  expect(Object.fromEntries(hits)).toEqual(Object.fromEntries(symbols.map((symbol) => [symbol, batches])))
  const versions = await relayedVersions(service.url, subject, version)
  expect(versions).toEqual(Array.from({ length: version }, (_, position) => position + 1))
  await service.kill('SIGTERM')
}

describe('a service that dies at a named point', () => {
  const sequences = [
    ...failPointNames.map((point) => [point]),
    ...failPointNames.flatMap((first) => failPointNames.map((second) => [first, second])),
  ]

  test.each(sequences.map((points) => ({ points, name: points.join(', then at ') })))(
    'counts every acknowledged batch once after it died at $name',
    async ({ points, name }) => {
      const path = await newDataDirectory(name.replaceAll(/\W+/g, '-'))
      const client = new EvidenceClient({ callgraphId, subject })
      for (const point of points) {
        const service = await startServiceProcess(path, { SIGNALS__TESTING__FAIL_POINTS: point }).catch(() => undefined)
        // It may die before it listens: what the last one left behind takes it to the point at once.
        if (!service) continue
        await postAll(client, service)
        expect((await service.exited).signal).toBe('SIGKILL')
      }
      await expectEverythingOnce(client, path)
    },
  )
})

test('200 acknowledged ingests survive kills at random moments, each counted once', async () => {
  const path = await newDataDirectory('random')
  const seed = 20_261_120
  const random = seededRandom(seed)
  const client = new EvidenceClient({ callgraphId, subject })
  const total = 200
  let kills = 0
  while (client.acknowledged.size < total) {
    const service = await startServiceProcess(path)
    const killAfter = client.acknowledged.size + 5 + Math.floor(random() * 40)
    let isKilled = false
    const postLane = async (lane: number): Promise<void> => {
      for (let batch = lane; batch < total && !isKilled; batch += 4) {
        const key = `random-${batch}`
        if (!client.acknowledged.has(key) && !(await client.post(service.url, key, symbols))) return
        if (client.acknowledged.size >= killAfter && !isKilled) {
          isKilled = true
          kills += 1
          await service.kill('SIGKILL')
        }
      }
    }
    await Promise.all([0, 1, 2, 3].map(postLane))
    if (!isKilled) await service.kill('SIGKILL')
  }
  const service = await startServiceProcess(path)
  const { hits, version } = await settledFact(service.url, subject)
  expect(kills, `seed ${seed}`).toBeGreaterThanOrEqual(4)
  expect(Object.fromEntries(hits)).toEqual(Object.fromEntries(symbols.map((symbol) => [symbol, total])))
  const versions = await relayedVersions(service.url, subject, version)
  expect(versions).toEqual(Array.from({ length: version }, (_, position) => position + 1))
  await service.kill('SIGTERM')
})

import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type FailPointName, failPointNames } from '../../src/lib/fail-points.ts'
import { EvidenceClient, postSmallGraph, readFact, relayedVersions, versionsUpTo } from '../support/evidence-client.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { startServiceProcess, temporaryDirectory } from '../support/service-process.ts'

const subject = 'crash-test'
const symbols = ['a', 'b', 'nowhere']
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

/** Keys are posted again until they are acknowledged; new ones only while the service is to die of them. */
class CrashedClient {
  readonly #client = new EvidenceClient({ callgraphId, subject })
  readonly #keys: string[] = []

  get batches(): number {
    return this.#keys.length
  }

  async postUntilDeath(url: string): Promise<void> {
    let isAlive = await this.postAgain(url)
    while (isAlive) isAlive = await this.#post(url, this.#newKey())
  }

  async postAgain(url: string): Promise<boolean> {
    for (const key of this.#keys) {
      if (!this.#client.acknowledged.has(key) && !(await this.#post(url, key))) return false
    }
    return true
  }

  /** What is folded for this one is folded with all that came before it. */
  async postAndAwait(url: string): Promise<void> {
    await this.#client.post(url, { key: this.#newKey(), symbols, isAwaited: true })
  }

  async #post(url: string, key: string): Promise<boolean> {
    return await this.#client.post(url, { key, symbols })
  }

  #newKey(): string {
    const key = `batch-${this.#keys.length}`
    this.#keys.push(key)
    return key
  }
}

async function dieAt(point: FailPointName, path: string, client: CrashedClient): Promise<void> {
  const service = await startServiceProcess(path, { SIGNALS__TESTING__FAIL_POINTS: point }).catch(() => undefined)
  // It may die before it listens: what the last one left behind takes it to the point at once.
  if (!service) return
  await client.postUntilDeath(service.url)
  expect((await service.exited).signal).toBe('SIGKILL')
}

async function expectEverythingOnce(url: string, batches: number): Promise<void> {
  const { hits, version, pending } = await readFact(url, subject)
  expect(pending).toBe(0)
  expect(hits).toEqual(Object.fromEntries(symbols.map((symbol) => [symbol, batches])))
  expect(await relayedVersions(url, subject, version)).toEqual(versionsUpTo(version))
}

describe.concurrent('a service that dies at a named point', () => {
  const sequences: FailPointName[][] = [
    ...failPointNames.map((point) => [point]),
    ...failPointNames.flatMap((first) => failPointNames.map((second) => [first, second])),
  ]

  test.each(sequences.map((points) => ({ points, name: points.join(', then at ') })))(
    'counts every acknowledged batch once after it died at $name',
    async ({ points, name }) => {
      const path = await newDataDirectory(name.replaceAll(/\W+/g, '-'))
      const client = new CrashedClient()
      for (const point of points) await dieAt(point, path, client)
      const service = await startServiceProcess(path)
      expect(await client.postAgain(service.url)).toBe(true)
      await client.postAndAwait(service.url)
      await expectEverythingOnce(service.url, client.batches)
      await service.kill('SIGTERM')
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
        if (!client.acknowledged.has(key) && !(await client.post(service.url, { key, symbols }))) return
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
  expect(kills, `seed ${seed}`).toBeGreaterThanOrEqual(4)
  const service = await startServiceProcess(path)
  await client.post(service.url, { key: 'last', symbols, isAwaited: true })
  await expectEverythingOnce(service.url, total + 1)
  await service.kill('SIGTERM')
})

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { describe, expect, test } from 'vitest'
import { type Consumer, consumeFacts, type Handled } from '../../docs/examples/consume-facts.ts'
import type { FactUpdated } from '../../src/events/fact-updated.ts'
import { RedisEventStream } from '../../src/events/redis-event-stream.ts'
import { openRedis } from '../../src/redis/open-redis.ts'
import { latch } from '../support/latch.ts'
import { findRedisServer, startRedis, startRedisCluster } from '../support/real-parts/redis-server.ts'
import { factUpdated, globex } from '../support/store-values.ts'

const binary = (await findRedisServer()) ?? ''
const docs = join(import.meta.dirname, '../../docs')

test('the page shows the consumer that is tried here', () => {
  const shown = readFileSync(join(docs, 'events.md'), 'utf8')
  expect(shown).toContain(readFileSync(join(docs, 'examples/consume-facts.ts'), 'utf8'))
})

function handledInMemory(): Handled {
  const events = new Set<string>()
  const versions = new Map<string, number>()
  return {
    hasEvent: (eventId) => events.has(eventId),
    lastVersion: (subject) => versions.get(subject) ?? 0,
    add(eventId, subject, version) {
      events.add(eventId)
      versions.set(subject, version)
    },
  }
}

const lastSubject = 'the last'

describe.skipIf(binary === '').each([
  ['a server', startRedis],
  ['a cluster', startRedisCluster],
] as const)('the consumer of the page, on %s', (_kind, start) => {
  test('handles each version once and in order, whatever comes twice or late', async () => {
    await using server = await start(binary)
    const logger = { info: () => undefined, warn: () => undefined }
    const connection = await openRedis({ url: server.url, part: 'bus', timeoutMs: 2_000, logger })
    const stream = new RedisEventStream(connection, { maxLength: 1_000 })
    const [one, two, three] = [1, 2, 3].map((fact_version) => factUpdated({ fact_version }))
    const foreign = factUpdated({ tenant: globex })
    for (const event of [one!, one!, foreign, three!, two!, foreign, three!]) await stream.add(event)
    await stream.add(factUpdated({ subject_key: lastSubject }))

    const client = new Redis(server.url, { protocol: 2 })
    const seen: string[] = []
    const done = latch()
    const stop = new AbortController()
    const consumer: Consumer = {
      redis: client,
      group: 'a-service',
      name: 'a-process',
      handled: handledInMemory(),
      async handle(event) {
        seen.push(`${event.tenant} ${event.subject_key} ${event.fact_version}`)
        if (event.subject_key === lastSubject) done.open()
      },
    }
    const consuming = consumeFacts(consumer, stop.signal)
    await done.opened
    stop.abort()
    await consuming
    expect(seen).toEqual(['acme scan-1 1', 'globex scan-1 1', 'acme scan-1 3', `acme ${lastSubject} 1`])
    expect(await stream.figures()).toMatchObject({ length: 8 })
    expect(await client.xpending('signals.fact.updated.v1', 'a-service')).toEqual([0, null, null, null])
    // Another group has them all for itself.
    await client.xgroup('CREATE', 'signals.fact.updated.v1', 'another', '0')
    const { consumerLag } = await stream.figures()
    expect([8, null]).toContain(consumerLag)
    client.disconnect()
    connection.close()
  })

  test('the stream is trimmed to about its length', async () => {
    await using server = await start(binary)
    const logger = { info: () => undefined, warn: () => undefined }
    const connection = await openRedis({ url: server.url, part: 'bus', timeoutMs: 2_000, logger })
    const stream = new RedisEventStream(connection, { maxLength: 10 })
    const events: FactUpdated[] = Array.from({ length: 500 }, () => factUpdated())
    for (const event of events) await stream.add(event)
    expect((await stream.figures()).length).toBeLessThan(300)
    expect((await stream.figures()).length).toBeGreaterThanOrEqual(10)
    connection.close()
  })
})

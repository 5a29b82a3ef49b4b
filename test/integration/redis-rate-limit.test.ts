import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { findRedisServer, startRedis } from '../support/real-parts/redis-server.ts'
import { type ServiceProcess, startServiceProcess, temporaryDirectory } from '../support/service-process.ts'

const binary = (await findRedisServer()) ?? ''
const most = 10

async function ping({ url }: ServiceProcess, tenant: string): Promise<number> {
  return (await fetch(`${url}/signals/ping`, { headers: { 'x-stella-tenant': tenant } })).status
}

/** Asks in turn until one refuses: how many were answered before, and how. */
async function answeredBy(replicas: readonly ServiceProcess[], tenant: string) {
  for (let answered = 0; ; answered += 1) {
    const replica = replicas[answered % replicas.length]
    const status = replica && (await ping(replica, tenant))
    if (status !== 204) return { answered, refusal: status }
  }
}

describe.skipIf(binary === '')('two replicas', () => {
  test('count together, whatever tenant asks which; without Redis each counts for itself, and none fails', async () => {
    await using directory = await temporaryDirectory()
    await using redis = await startRedis(binary)
    const env = {
      SIGNALS__REDIS__URL: redis.url,
      SIGNALS__LIMITS__RATE_LIMIT__ENABLED: 'true',
      SIGNALS__LIMITS__RATE_LIMIT__TENANT_REQUESTS: String(most),
      SIGNALS__LIMITS__RATE_LIMIT__WINDOW_SECONDS: '3600',
    }
    const replicas = await Promise.all([
      startServiceProcess(join(directory.path, 'one'), env),
      startServiceProcess(join(directory.path, 'two'), env),
    ])
    try {
      expect(await answeredBy(replicas, 'busy')).toEqual({ answered: most, refusal: 429 })
      expect(await answeredBy(replicas, 'other')).toEqual({ answered: most, refusal: 429 })
      for (const key of await redis.client.keys('request_rate:*'))
        expect(key).toMatch(/^request_rate:\{(busy|other):all\}$/)
      await redis.kill()
      expect(await answeredBy(replicas, 'later')).toEqual({ answered: 2 * most, refusal: 429 })
      await redis.start()
      await expect
        .poll(async () => [await ping(replicas[0], 'back'), (await redis.client.keys('*back*')).length])
        .toEqual([204, 1])
    } finally {
      await Promise.all(replicas.map((replica) => replica.kill('SIGTERM')))
    }
  })
})

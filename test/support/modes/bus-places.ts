import { Redis } from 'ioredis'
import type { BusEntries, BusPlace } from './place.ts'

export const inProcessPlace: BusPlace = { settings: {}, entries: async () => ({}), clear: async () => undefined }

/** A database of the server for itself: the streams have one name in every deployment. Database 0 counts those given out. */
export async function newRedisPlace(url: string): Promise<BusPlace> {
  const counting = new Redis(url, { protocol: 2 })
  const database = await counting.incr('databases-given-out')
  counting.disconnect()
  const own = `${url}/${database}`
  return {
    settings: { redis: { url: own } },
    async entries() {
      const client = new Redis(own, { protocol: 2 })
      const keys = (await client.keys('*')).sort()
      const entries = await Promise.all(keys.map(async (key) => [key, await entryOf(client, key)] as const))
      client.disconnect()
      return Object.fromEntries(entries)
    },
    async clear() {
      const client = new Redis(own, { protocol: 2 })
      await client.flushdb()
      client.disconnect()
    },
  }
}

async function entryOf(client: Redis, key: string): Promise<BusEntries[string]> {
  const type = await client.type(key)
  if (type === 'hash') return await client.hgetall(key)
  if (type !== 'stream') throw new Error(`${key} is a ${type}, which the service is not known to keep`)
  return (await client.xrange(key, '-', '+')).map(([, fields]) => fieldsOf(fields))
}

function fieldsOf(flat: readonly string[]): Record<string, string> {
  const pairs = flat.flatMap((name, position) => (position % 2 === 0 ? [[name, flat[position + 1] ?? '']] : []))
  return Object.fromEntries(pairs) as Record<string, string>
}

import { Redis } from 'ioredis'
import type { Place } from './place.ts'

export const inProcessPlace: Place = { settings: {}, clear: async () => undefined }

/** A database of the server for itself: the streams have one name in every deployment. Database 0 counts those given out. */
export async function newRedisPlace(url: string): Promise<Place> {
  const counting = new Redis(url, { protocol: 2 })
  const database = await counting.incr('databases-given-out')
  counting.disconnect()
  const own = `${url}/${database}`
  return {
    settings: { redis: { url: own } },
    async clear() {
      const client = new Redis(own, { protocol: 2 })
      await client.flushdb()
      client.disconnect()
    },
  }
}

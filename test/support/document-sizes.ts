import type { Redis } from 'ioredis'
import type { Db } from 'mongodb'

/** Bytes of the largest document, by collection. */
export async function largestDocuments(db: Db): Promise<Record<string, number>> {
  const sizes: Record<string, number> = {}
  for (const { collectionName } of await db.collections()) {
    const stages = [{ $group: { _id: null, bytes: { $max: { $bsonSize: '$$ROOT' } } } }]
    const [found] = await db.collection(collectionName).aggregate(stages).toArray()
    sizes[collectionName] = Number(found?.['bytes'] ?? 0)
  }
  return sizes
}

/** Bytes of each value, by key; of a stream, of its largest entry. */
export async function redisValues(client: Redis): Promise<Record<string, number>> {
  const sizes: Record<string, number> = {}
  for (const key of await client.keys('*')) sizes[key] = await sizeOf(client, key)
  return sizes
}

async function sizeOf(client: Redis, key: string): Promise<number> {
  const type = await client.type(key)
  switch (type) {
    case 'string':
      return await client.strlen(key)
    case 'hash':
      return sum(await client.hgetallBuffer(key))
    case 'stream': {
      const entries = (await client.xrange(key, '-', '+')) as [string, string[]][]
      return Math.max(0, ...entries.map(([, fields]) => Buffer.byteLength(fields.join(''))))
    }
    default:
      throw new Error(`nobody said how long a ${type} is: ${key}`)
  }
}

function sum(values: Readonly<Record<string, Buffer>>): number {
  return Object.values(values).reduce((bytes, value) => bytes + value.byteLength, 0)
}

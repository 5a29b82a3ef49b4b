import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { blobAccess } from '../../src/facts/blob-access.ts'
import { maxDocumentBytes } from '../../src/mongo/documents.ts'
import { type Mongo, openMongo } from '../../src/mongo/open-mongo.ts'
import { factCacheKey } from '../../src/redis/redis-keys.ts'
import { AskedService } from '../support/asked-service.ts'
import { largestDocuments, redisValues } from '../support/document-sizes.ts'
import { type Mongod, mongodProgram, startMongod } from '../support/real-parts/mongod.ts'
import { findRedisServer, type RealRedis, startRedis } from '../support/real-parts/redis-server.ts'
import { rebuiltDigest } from '../support/rebuilt-fact.ts'
import { type SentFact, sentFact, storedLists } from '../support/sent-fact.ts'
import { acme } from '../support/store-values.ts'
import { settingsFor } from '../support/temporary-mongo.ts'

const redisBinary = (await findRedisServer()) ?? ''
const symbolCount = 200_000
const ids = Array.from(
  { length: symbolCount },
  (_, number) => `org.example.shop.Service${number}.handle(java.lang.String)`,
)
const inTenant = { 'x-stella-tenant': acme }

describe.skipIf(!mongodProgram || redisBinary === '')(
  'a subject of 200,000 runtime symbols, on MongoDB and Redis',
  () => {
    let mongod: Mongod
    let redis: RealRedis
    let mongo: Mongo
    let service: AskedService
    let sent: SentFact

    beforeAll(async () => {
      mongod = await startMongod('a standalone server')
      redis = await startRedis(redisBinary)
      mongo = await openMongo(settingsFor(mongod))
      const { connectionString, database } = settingsFor(mongod)
      service = await AskedService.open({
        store: { driver: 'mongo' },
        mongo: { connectionString, database },
        redis: { url: redis.url },
      })
      const callgraphId = await postGraph()
      await postHits(callgraphId)
      await service.built.settled()
      sent = await sentFact(service, { subjectKey: 'large', headers: inTenant })
    }, 600_000)
    afterAll(async () => {
      await service[Symbol.asyncDispose]()
      await mongo.close()
      await redis[Symbol.asyncDispose]()
      await mongod.close()
    })

    /** A tree: each calls two others. */
    async function postGraph(): Promise<string> {
      const edges = ids.slice(1).map((to, below) => ({ from: ids[Math.floor(below / 2)], to }))
      const query = new URLSearchParams({ language: 'java', component: 'shop', version: '1', entryPoint: ids[0] ?? '' })
      const graph = JSON.stringify({ nodes: ids.map((id) => ({ id })), edges })
      const { status, body } = await service.post(`/signals/callgraphs?${query.toString()}`, graph, inTenant)
      expect(status).toBe(202)
      return String(body['callgraphId'])
    }

    async function postHits(callgraphId: string): Promise<void> {
      const query = new URLSearchParams({ callgraphId, scanId: 'large' }).toString()
      const lines = ids.map((symbolId) => JSON.stringify({ symbolId, hitCount: 3 })).join('\n')
      const headers = { ...inTenant, 'content-type': 'application/x-ndjson' }
      const { status, body } = await service.post(`/signals/runtime-facts/ndjson?${query}`, lines, headers)
      expect({ status, uniqueSymbols: body['uniqueSymbols'] }).toEqual({ status: 202, uniqueSymbols: symbolCount })
    }

    test('is stored and paged whole', () => {
      const inOrder = ids.toSorted()
      expect(sent.answer).toMatchObject({ runtimeFactsTotal: symbolCount, statesTotal: symbolCount })
      expect(sent.lists.runtimeFacts.map(({ symbolId }) => symbolId)).toEqual(inOrder)
      expect(sent.lists.states.map(({ target }) => target)).toEqual(inOrder)
      expect(sent.lists.runtimeFacts.every(({ hitCount }) => hitCount === 3)).toBe(true)
    })

    test('has a digest that can be made again, from what a client gets and from the blob with its chunks', async () => {
      expect(rebuiltDigest(sent.answer, sent.lists)).toBe(sent.digest)
      const { readBlob } = blobAccess(service.built.context.stores.content, acme)
      // Each piece is verified against the digest that names it: so these are the very entries that were sent.
      const stored = await storedLists(readBlob, sent.digest)
      const lengths = [stored.targets, stored.states, stored.runtimeFacts].map((list) => list.length)
      expect(lengths).toEqual([symbolCount, symbolCount, symbolCount])
    }, 300_000)

    test('is served from the cache, as the same bytes', async () => {
      const before = service.built.context.cacheAndBus.factCache.figures()
      expect(await redis.client.hget(factCacheKey(acme, 'large'), 'digest')).toBe(sent.digest)
      const again = await service.get('/signals/facts/large', inTenant)
      expect(again.text === JSON.stringify(sent.answer)).toBe(true)
      const { hits, misses } = service.built.context.cacheAndBus.factCache.figures()
      expect({ hits: hits - before.hits, misses: misses - before.misses }).toEqual({ hits: 1, misses: 0 })
    })

    test('makes no document and no value of more than 2 MiB', async () => {
      const documents = await largestDocuments(mongo.db)
      expect(Object.keys(documents)).toEqual(expect.arrayContaining(['facts', 'evidence', 'callgraphs', 'events']))
      expect(documents['facts']).toBeGreaterThan(0)
      const values = await redisValues(redis.client)
      expect(Object.keys(values)).toContain(factCacheKey(acme, 'large'))
      const tooLarge = [...Object.entries(documents), ...Object.entries(values)].filter(
        ([, bytes]) => bytes > maxDocumentBytes,
      )
      expect(tooLarge).toEqual([])
    })
  },
)

import { randomUUID } from 'node:crypto'
import { MongoClient, Timestamp } from 'mongodb'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { MongoCallgraphRepository } from '../../src/callgraphs/mongo-callgraph-repository.ts'
import { MongoEventLog } from '../../src/events/mongo-event-log.ts'
import { MongoEvidenceQueue } from '../../src/evidence/mongo-evidence-queue.ts'
import type { FactRow } from '../../src/facts/fact-row.ts'
import { MongoFactRepository } from '../../src/facts/mongo-fact-repository.ts'
import { maxDocumentBytes } from '../../src/mongo/documents.ts'
import { openMongo } from '../../src/mongo/open-mongo.ts'
import { mongodProgram } from '../support/real-parts/mongod.ts'
import {
  acme,
  factUpdated,
  nextRow,
  slimEvent,
  someCallgraph,
  someEvidence,
  someFactRow,
} from '../support/store-values.ts'
import { database, openTwoMongoReplicas, settingsFor, type TwoMongoReplicas } from '../support/temporary-mongo.ts'

describe.skipIf(!mongodProgram)('a MongoDB store', () => {
  let replicas: TwoMongoReplicas
  beforeAll(async () => {
    replicas = await openTwoMongoReplicas('a standalone server')
  })
  afterEach(() => replicas.empty())
  afterAll(() => replicas.close())

  const largest = async (collection: string): Promise<number> => {
    const stages = [{ $group: { _id: null, bytes: { $max: { $bsonSize: '$$ROOT' } } } }]
    const [found] = await replicas.one.db.collection(collection).aggregate(stages).toArray()
    return Number(found?.['bytes'])
  }
  const parts = (): Promise<number> => replicas.one.db.collection('textParts').countDocuments()
  const names = (count: number): string[] =>
    Array.from({ length: count }, (_, position) => `${position}${'中'.repeat(4000)}`)

  describe('keeps documents small', () => {
    test('with evidence of all targets that a request may name', async () => {
      const queue = new MongoEvidenceQueue(replicas.one)
      const evidence = someEvidence({
        idempotency: { scope: 'POST /x', key: 'k', fingerprint: 'f' },
        payload: { kind: 'callgraph', callgraphId: 'cg-1', targets: names(3000) },
      })
      await queue.append(evidence)
      expect(await queue.pending({ tenant: acme, subjectKey: 'scan-1' }, 10)).toEqual([evidence])
      expect(await largest('evidence')).toBeLessThan(10_000)
      expect(await largest('textParts')).toBeLessThan(maxDocumentBytes)
      const kept = await parts()
      expect(kept).toBeGreaterThan(30)
      expect(await queue.append({ ...evidence, id: randomUUID() })).toMatchObject({ status: 'claimed' })
      expect(await parts()).toBe(kept)
    })

    test('with a receipt of a thousand refused lines', async () => {
      const queue = new MongoEvidenceQueue(replicas.one)
      const refused = Array.from({ length: 1000 }, (_, line) => ({
        line,
        byteOffset: line,
        code: 'LINE_INVALID',
        message: '\u0001'.repeat(256),
        text: '\u0001'.repeat(256),
      }))
      const evidence = someEvidence()
      const receipt = { ...evidence.receipt, refused, refusedTotal: 1000 }
      await queue.append({ ...evidence, receipt })
      expect(await queue.findReceipt(acme, evidence.id)).toMatchObject({ receipt })
      expect(await largest('evidence')).toBeLessThan(maxDocumentBytes)
    })

    test('with a ledger and events as large as they get, and leaves nothing of what it replaced', async () => {
      const facts = new MongoFactRepository(replicas.one)
      const first = largestRow()
      await facts.save(first)
      expect(await facts.find(acme, 'scan-1')).toEqual(first)
      expect(await facts.unrelayed(10)).toMatchObject([{ events: first.events }])
      expect(await largest('facts')).toBeLessThan(maxDocumentBytes)
      const kept = await parts()
      const second = nextRow(first, { folded: [] })
      expect(await facts.save(second)).toBe('saved')
      expect(await facts.save(second)).toBe('conflict')
      expect(await parts()).toBe(kept)
      await facts.pull(acme, 'scan-1', [first.events[0]?.id ?? ''])
      expect((await facts.find(acme, 'scan-1'))?.events).toEqual(first.events.slice(1))
      await facts.save({ ...nextRow(nextRow(second)), ledger: someFactRow().ledger, events: [] })
      expect(await parts()).toBe(0)
    })

    test('with a graph of a thousand long entry points that many scans name', async () => {
      const callgraphs = new MongoCallgraphRepository(replicas.one)
      const entryPoints = names(1000).map((nodeId) => ({ nodeId, kind: 'main' as const, source: 'declared' as const }))
      const subjectKeys = Array.from({ length: 500 }, (_, scan) => `scan-${scan}`).sort()
      const record = someCallgraph({ entryPoints, subjectKeys })
      await callgraphs.upsert(record)
      expect(await callgraphs.find(acme, 'cg-1')).toEqual(record)
      expect(await largest('callgraphs')).toBeLessThan(10_000)
    })

    test('with an event of a hundred long targets', async () => {
      const log = new MongoEventLog(replicas.one)
      const event = factUpdated()
      const long = { ...event, summary: { ...event.summary, targets: names(100) } }
      await log.append([long, factUpdated()])
      expect((await log.page(acme, undefined, 1)).items).toEqual([long])
      expect(await largest('events')).toBeLessThan(10_000)
    })

    test('or refuses what would not be', async () => {
      const facts = new MongoFactRepository(replicas.one)
      await expect(facts.save(someFactRow({ aliases: names(200) }))).rejects.toMatchObject({ code: 'STORE_REFUSED' })
      expect(await facts.find(acme, 'scan-1')).toBeUndefined()
    })
  })

  describe('gives out nothing that a crash takes back', () => {
    /** What a replica wrote that died before anything was durable. */
    const unacknowledged = { writeConcern: { w: 1, journal: false } } as const

    test('evidence that is folded, or told to who repeats it, is there after the server was killed', async () => {
      const queue = new MongoEvidenceQueue(replicas.one)
      const [read, claimed] = [
        someEvidence(),
        someEvidence({ idempotency: { scope: 's', key: 'k', fingerprint: 'f' } }),
      ]
      const insert = async ({ receipt, ...content }: typeof read): Promise<void> => {
        const { tenant, id, subjectKey, receivedAt, idempotency } = content
        const stored = { receipt: { text: JSON.stringify(receipt) }, content: { text: JSON.stringify(content) } }
        const row = { tenant, id, subjectKey, receivedAt, isPending: true, ...(idempotency && { claim: idempotency }) }
        const arrivedAt = new Timestamp({ t: 0, i: 0 })
        await replicas.one.db.collection('evidence').insertOne({ ...row, ...stored, arrivedAt }, unacknowledged)
      }
      await insert(read)
      expect(await queue.pending({ tenant: acme, subjectKey: 'scan-1' }, 10)).toEqual([read])
      await replicas.mongod.kill()
      await replicas.mongod.start()
      expect(await queue.findReceipt(acme, read.id)).toMatchObject({ state: 'pending' })
      await insert(claimed)
      expect(await queue.append({ ...claimed, id: randomUUID() })).toMatchObject({ status: 'claimed' })
      await replicas.mongod.kill()
      await replicas.mongod.start()
      expect(await queue.findReceipt(acme, claimed.id)).toMatchObject({ state: 'pending' })
    })

    test('a row that is found, and events that are to be relayed, are there after the server was killed', async () => {
      const facts = new MongoFactRepository(replicas.one)
      const collection = replicas.one.db.collection('facts')
      for (const [subjectKey, read] of [
        ['found', () => facts.find(acme, 'found')],
        ['relayed', () => facts.unrelayed(10)],
      ] as const) {
        await facts.save(someFactRow({ subjectKey }))
        await collection.updateOne({ subjectKey }, { $set: { revision: 2 } }, unacknowledged)
        await read()
        await replicas.mongod.kill()
        await replicas.mongod.start()
        expect(await facts.revisionOf(acme, subjectKey)).toBe(2)
      }
    })

    test('events that a dead replica inserted but did not confirm are shown to nobody, until they are confirmed', async () => {
      const log = new MongoEventLog(replicas.one)
      const [first, orphan, last] = [factUpdated(), factUpdated(), factUpdated()]
      await log.append([first, orphan])
      await replicas.one.db.collection('eventHeads').updateOne({ tenant: acme }, { $set: { confirmed: 1 } })
      const page = await log.page(acme, undefined, 10)
      expect(page.items).toEqual([first])
      await expect(log.page(acme, orphan.event_id, 10)).rejects.toMatchObject({ code: 'QUERY_INVALID' })
      await new MongoEventLog(replicas.other).append([last])
      expect((await log.page(acme, page.nextCursor, 10)).items).toEqual([orphan, last])
      await log.append([orphan])
      expect((await log.page(acme, page.nextCursor, 10)).items).toEqual([orphan, last])
    })

    test('a cursor stays good when a crash takes back how far the head was raised', async () => {
      const log = new MongoEventLog(replicas.one)
      const events = [factUpdated(), factUpdated(), factUpdated()]
      await log.append(events)
      const { nextCursor } = await log.page(acme, undefined, 2)
      await replicas.one.db.collection('eventHeads').deleteMany({})
      expect(await log.page(acme, nextCursor, 10)).toEqual({ items: [] })
      await log.append([])
      const next = factUpdated()
      await log.append([next])
      expect((await log.page(acme, nextCursor, 10)).items).toEqual([events[2], next])
    })
  })

  describe('opens', () => {
    test('from many replicas at once on a database that is not there yet', async () => {
      const settings = { ...settingsFor(replicas.mongod), database: 'fresh' }
      const opened = await Promise.all(Array.from({ length: 6 }, () => openMongo(settings)))
      await Promise.all(opened.map((mongo) => mongo.check()))
      const queues = opened.map((mongo) => new MongoEvidenceQueue(mongo))
      const claim = { scope: 's', key: 'k', fingerprint: 'f' }
      const outcomes = await Promise.all(queues.map((queue) => queue.append(someEvidence({ idempotency: claim }))))
      expect(outcomes.filter(({ status }) => status === 'appended')).toHaveLength(1)
      await Promise.all(opened.map((mongo) => mongo.close()))
    })

    test('no database of a newer release', async () => {
      const settings = { ...settingsFor(replicas.mongod), database: 'newer' }
      await (await openMongo(settings)).close()
      await using client = new MongoClient(replicas.mongod.connectionString)
      await client
        .db('newer')
        .collection('schema')
        .updateOne({ name: 'signals' }, { $set: { version: 1000 } })
      await expect(openMongo(settings)).rejects.toMatchObject({ code: 'STORE_REFUSED' })
    })

    test('with durable writes and reads from the primary, whatever the connection string says', async () => {
      const lax = `${replicas.mongod.connectionString}?w=0&journal=false&readPreference=secondary&readConcernLevel=local`
      const mongo = await openMongo({ ...settingsFor(replicas.mongod), connectionString: lax })
      const { writeConcern, readConcern, readPreference } = mongo.db.collection('evidence')
      expect(writeConcern).toMatchObject({ w: 'majority', journal: true, wtimeoutMS: 10_000 })
      expect(readConcern?.level).toBe('majority')
      expect(readPreference?.mode).toBe('primary')
      await mongo.close()
    })

    test('with an index for every search by tenant', async () => {
      const searches: readonly [string, object, Record<string, 1>][] = [
        ['evidence', { isPending: true, tenant: acme, subjectKey: 's' }, { arrivedAt: 1 }],
        ['evidence', { isPending: true }, {}],
        ['evidence', { tenant: acme, id: 'x' }, {}],
        ['evidence', { tenant: acme, 'claim.scope': 's', 'claim.key': 'k' }, {}],
        ['facts', { tenant: acme, subjectOrder: 's' }, {}],
        ['facts', { tenant: acme, version: { $gt: 0 } }, { subjectOrder: 1 }],
        ['facts', { tenant: acme, aliases: 'a' }, { subjectOrder: 1 }],
        ['facts', { oldestEventAt: { $exists: true } }, { oldestEventAt: 1 }],
        ['callgraphs', { tenant: acme }, { callgraphId: 1 }],
        ['callgraphLinks', { tenant: acme, kind: 'subjectKey', value: 's' }, {}],
        ['events', { tenant: acme, number: { $gt: 1, $lte: 5 } }, { number: 1 }],
        ['textParts', { tenant: acme, set: 's' }, { part: 1 }],
      ]
      for (const [collection, found, sort] of searches) {
        const plan = await replicas.one.db.collection(collection).find(found).sort(sort).explain('queryPlanner')
        const text = JSON.stringify(plan['queryPlanner'].winningPlan)
        expect(text, `${collection} ${JSON.stringify(found)}`).toContain('IXSCAN')
        expect(text, `${collection} ${JSON.stringify(found)}`).not.toContain('"SORT"')
      }
    })
  })

  test('the database is the one that the configuration names', () => {
    expect(replicas.one.db.databaseName).toBe(database)
  })

  function largestRow(): FactRow {
    const row = someFactRow()
    const callgraphIds = Array.from({ length: 60 }, (_, graph) => `cg-${String(graph).padStart(32, '0')}`)
    const events = Array.from({ length: 500 }, (_, version) => {
      const event = slimEvent(version + 1, { traceId: '0'.repeat(32), spanId: '0'.repeat(16) })
      return { ...event, figures: { ...event.figures, callgraphIds } }
    })
    const requested = names(1000).map((name) => ({ name, namedWith: 'cg-1' }))
    const unknowns = names(1000).map((symbolId) => ({ symbolId, reasons: [], sources: [] }))
    return {
      ...row,
      aliases: Array.from({ length: 300 }, (_, alias) => `${alias}${'中'.repeat(500)}`).sort(),
      folded: Array.from({ length: 500 }, () => randomUUID()),
      events,
      ledger: { ...row.ledger, requested, unknowns, entryPoints: names(500) },
      ...(row.fact && { fact: { ...row.fact, body: Buffer.alloc(256 * 1024, 'x') } }),
    }
  }
})

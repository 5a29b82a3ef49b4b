import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { FactState, RuntimeFact } from '../../src/facts/fact.ts'
import { factProblems } from '../../src/facts/fact-errors.ts'
import type { FactFilter } from '../../src/facts/fact-repository.ts'
import { factRoutes } from '../../src/facts/fact-routes.ts'
import type { FactRow } from '../../src/facts/fact-row.ts'
import { presentFact } from '../../src/facts/present-fact.ts'
import { httpProblems } from '../../src/http/http-errors.ts'
import { createHttpServer } from '../../src/http/http-server.ts'
import type { HttpServer } from '../../src/http/route.ts'
import { sha256Of } from '../../src/identifiers/digest.ts'
import { canonicalBytes } from '../../src/lib/canonical-json.ts'
import { evidenceOf, FoldedSubject, graphPosted, hitsPosted, tenantNamed } from '../support/folded-fact.ts'
import { mapBlobs } from '../support/map-blobs.ts'
import { MemoryFactVersions } from '../support/memory-fact-versions.ts'

const closed = { edges: ['main>cart', 'cart>total'], nodes: ['dead'], entryPoints: ['main'] }

let app: HttpServer
let rows: Map<string, FactRow>
let aliases: Map<string, string[]>
let pending: Map<string, number>
let listed: { filter: FactFilter; after: string | undefined; limit: number }[]
let blobs = mapBlobs()

beforeEach(async () => {
  rows = new Map()
  aliases = new Map()
  pending = new Map()
  listed = []
  const find = async (_tenant: string, key: string) => rows.get(key)
  app = createHttpServer({ problems: { ...httpProblems, ...factProblems } })
  app.addHook('onRequest', async (request) => {
    request.tenant = tenantNamed('acme')
  })
  await app.register(factRoutes, {
    prefix: '/signals/facts',
    facts: {
      find,
      findByAlias: async (_tenant, alias) => aliases.get(alias) ?? [],
      list: async (_tenant, filter, after, limit) => {
        listed.push({ filter, after, limit })
        const summaries = [...rows.values()].flatMap(({ fact }) => (fact ? [fact.summary] : []))
        return summaries.filter(({ subjectKey }) => after === undefined || subjectKey > after).slice(0, limit)
      },
    },
    queue: { countPending: async ({ subjectKey }) => pending.get(subjectKey) ?? 0 },
    versions: new MemoryFactVersions(),
    blobs: () => blobs,
    readFact: async (tenant, key) => {
      const row = await find(tenant, key)
      return row && (await presentFact(blobs, row))
    },
  })
})
afterEach(() => app.close())

async function stored(key: string, subject: FoldedSubject): Promise<FactRow> {
  blobs = subject.blobs
  const { fact, ...row } = subject.row!
  const summary = fact && { ...fact.summary, subjectKey: key }
  const keyed: FactRow = { ...row, subjectKey: key, ...(fact && summary && { fact: { ...fact, summary } }) }
  rows.set(key, keyed)
  return keyed
}

async function smallFact(): Promise<FoldedSubject> {
  const subject = new FoldedSubject({ 'cg-1': closed })
  await subject.fold(graphPosted('cg-1', 'total', 'dead'), hitsPosted('cg-1', { cart: 1 }))
  return subject
}

async function largeFact(count: number): Promise<FoldedSubject> {
  const ids = Array.from({ length: count }, (_, number) => `f${number}`)
  const subject = new FoldedSubject({ 'cg-1': { nodes: ids, entryPoints: ['f0'] } })
  await subject.fold(hitsPosted('cg-1', Object.fromEntries(ids.map((id) => [id, 1]))), graphPosted('cg-1', 'f7'))
  return subject
}

async function get(path: string, headers: Record<string, string> = {}) {
  const response = await app.inject({ url: `/signals/facts${path}`, headers })
  const body = response.body === '' ? {} : response.json<Record<string, unknown>>()
  return { status: response.statusCode, headers: response.headers, body }
}

async function pages<Entry>(path: string, cursor?: string): Promise<Entry[]> {
  const all: Entry[] = []
  for (let next = cursor, isFirst = true; isFirst || next !== undefined; isFirst = false) {
    const query = new URLSearchParams({ limit: '200', ...(next !== undefined && { cursor: next }) })
    const { status, body } = await get(`${path}${path.includes('?') ? '&' : '?'}${query.toString()}`)
    expect(status).toBe(200)
    all.push(...(body['items'] as Entry[]))
    next = body['nextCursor'] as string | undefined
  }
  return all
}

describe('a fact', () => {
  test('is sent with its tag, what waits to be folded, and a digest that a client can check', async () => {
    const row = await stored('scan-1', await smallFact())
    pending.set('scan-1', 3)
    const { status, headers, body } = await get('/scan-1')
    expect(status).toBe(200)
    expect(headers['content-type']).toContain('application/json')
    expect(headers['signals-pending']).toBe('3')
    expect(headers['etag']).toBe(`"1-${row.fact!.digest.slice(7, 39)}"`)
    const { tenant, metadata, computedAt, ...covered } = body
    expect({ tenant, computedAt }).toEqual({ tenant: 'acme', computedAt: '2026-11-20T12:00:00.000Z' })
    expect(metadata).toMatchObject({ 'fact.version': '1', 'fact.digest': row.fact!.digest })
    expect(sha256Of(canonicalBytes(covered))).toBe(row.fact!.digest)
  })

  test('is not sent again to who has it', async () => {
    await stored('scan-1', await smallFact())
    pending.set('scan-1', 1)
    const { headers } = await get('/scan-1')
    const again = await get('/scan-1', { 'if-none-match': String(headers['etag']) })
    expect(again).toMatchObject({ status: 304, body: {}, headers: { 'signals-pending': '1' } })
    expect((await get('/scan-1', { 'if-none-match': '"1-other"' })).status).toBe(200)
  })

  test('is read from the CAS where the row does not hold its body', async () => {
    const row = await stored('scan-1', await smallFact())
    const { body, ...fact } = row.fact!
    rows.set('scan-1', { ...row, fact })
    expect((await get('/scan-1')).body).toMatchObject({ ...JSON.parse(body!.toString()) })
  })

  test.each(['registry/shop@sha256:0', 'shop|1.0', 'ä b', 'x'.repeat(512), 'states', '%2F', '__proto__'])(
    'is found by the key %s, in the path and in the query',
    async (key) => {
      await stored(key, await smallFact())
      expect((await get(`/${encodeURIComponent(key)}`)).status).toBe(200)
      expect((await get(`?subjectKey=${encodeURIComponent(key)}`)).status).toBe(200)
    },
  )

  test('is not there for a subject that nobody named, or that has only pending evidence', async () => {
    expect(await get('/nobody')).toMatchObject({
      status: 404,
      body: { code: 'FACT_NOT_FOUND' },
      headers: { 'signals-pending': '0' },
    })
    pending.set('soon', 2)
    expect(await get('/soon')).toMatchObject({ status: 404, headers: { 'signals-pending': '2' } })
  })
})

describe('an alias', () => {
  test('names the one subject that has it', async () => {
    await stored('scan-1', await smallFact())
    aliases.set('shop|1', ['scan-1'])
    expect((await get('/shop%7C1')).status).toBe(200)
    expect((await get('/shop%7C1/states')).status).toBe(200)
    expect((await get('?subjectKey=shop%7C1')).headers['etag']).toBe((await get('/scan-1')).headers['etag'])
  })

  test('of several subjects is refused with their list', async () => {
    aliases.set('shop|1', ['scan-1', 'scan-2'])
    for (const path of ['/shop%7C1', '?subjectKey=shop%7C1', '/shop%7C1/states', '/shop%7C1/runtime-facts']) {
      expect(await get(path)).toMatchObject({
        status: 409,
        body: { code: 'SUBJECT_AMBIGUOUS', subjectKeys: ['scan-1', 'scan-2'] },
      })
    }
  })

  test('never hides a key, not even one that has no fact yet', async () => {
    const subject = new FoldedSubject({ 'cg-1': closed })
    await subject.fold(
      evidenceOf({ kind: 'unknowns', callgraphId: 'cg-1', source: 'api', unknowns: [{ symbolId: 'x' }] }),
    )
    await stored('both', subject)
    await stored('scan-1', await smallFact())
    aliases.set('both', ['scan-1'])
    expect((await get('/both')).status).toBe(404)
    expect((await get('/both/states')).status).toBe(404)
  })
})

describe('the long lists', () => {
  test('of a chunked fact stand whole in the response as long as they fit', async () => {
    const subject = await largeFact(1_500)
    await stored('scan-1', subject)
    const { body } = await get('/scan-1')
    expect(body['states']).toHaveLength(1_500)
    expect(body).not.toHaveProperty('statesNextCursor')
    expect(body['targets']).toHaveLength(1_500)
    expect(body['runtimeFacts']).toHaveLength(1_000)
    expect(body['runtimeFactsTotal']).toBe(1_500)
    const rest = await pages<RuntimeFact>('/scan-1/runtime-facts', body['runtimeFactsNextCursor'] as string)
    const all = [...(body['runtimeFacts'] as RuntimeFact[]), ...rest]
    expect(all).toEqual(await pages<RuntimeFact>('/scan-1/runtime-facts'))
    expect(new Set(all.map(({ symbolId }) => symbolId)).size).toBe(1_500)
  })

  test('beyond 5,000 states go on behind a cursor', async () => {
    await stored('scan-1', await largeFact(5_200))
    const { body } = await get('/scan-1')
    expect(body['states']).toHaveLength(5_000)
    expect(body['statesTotal']).toBe(5_200)
    const rest = await pages<FactState>('/scan-1/states', body['statesNextCursor'] as string)
    expect([...(body['states'] as FactState[]), ...rest]).toEqual(await pages<FactState>('/scan-1/states'))
  })

  test('are filtered by bucket, verdict and target', async () => {
    await stored('scan-1', await smallFact())
    const targets = async (query: string) =>
      (await pages<FactState>(`/scan-1/states${query}`)).map(({ target }) => target)
    expect(await targets('')).toEqual(['cart', 'dead', 'total'])
    expect(await targets('?bucket=runtime')).toEqual(['cart', 'total'])
    expect(await targets('?bucket=runtime&verdict=observed')).toEqual(['cart'])
    expect(await targets('?verdict=unreachable')).toEqual(['dead'])
    expect(await targets('?target=%20total')).toEqual(['total'])
    expect(await targets('?target=none')).toEqual([])
    const hits = await pages<RuntimeFact>('/scan-1/runtime-facts?verdict=observed')
    expect(hits).toEqual([{ callgraphId: 'cg-1', symbolId: 'cart', hitCount: 1 }])
    expect(await pages('/scan-1/runtime-facts?verdict=unreachable')).toEqual([])
    expect(await pages('/scan-1/runtime-facts?target=total')).toEqual([])
  })

  test('have pages even where names are longer than an address may be', async () => {
    const ids = Array.from({ length: 9 }, (_, number) => `${'n'.repeat(4_000)}${number}`)
    const subject = new FoldedSubject({ 'cg-1': { nodes: ids, entryPoints: ['main'] } })
    await subject.fold(graphPosted('cg-1', ...ids))
    await stored('scan-1', subject)
    const seen: string[] = []
    for (let cursor = '', isFirst = true; isFirst || cursor !== ''; isFirst = false) {
      const { body } = await get(`/scan-1/states?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`)
      seen.push(...(body['items'] as FactState[]).map(({ target }) => target))
      cursor = (body['nextCursor'] as string | undefined) ?? ''
      expect(cursor.length).toBeLessThanOrEqual(4_096)
    }
    expect(seen).toEqual(ids)
  })
})

describe('the list of facts', () => {
  test('pages through summaries in order of their keys', async () => {
    for (const key of ['a', 'b', 'c']) await stored(key, await smallFact())
    const first = await get('?limit=2')
    expect((first.body['items'] as { subjectKey: string }[]).map(({ subjectKey }) => subjectKey)).toEqual(['a', 'b'])
    expect((first.body['items'] as unknown[])[0]).toMatchObject({ version: 1, stateCount: 3, verdict: 'reachable' })
    const second = await get(`?limit=2&cursor=${String(first.body['nextCursor'])}`)
    expect(second.body).toMatchObject({ items: [{ subjectKey: 'c' }] })
    expect(second.body).not.toHaveProperty('nextCursor')
  })

  test('hands its filters to the store, with times in UTC', async () => {
    await get('?callgraphId=cg-1&bucket=direct&verdict=observed&minScore=0.5&updatedAfter=2026-11-20T13:00:00%2B01:00')
    expect(listed).toEqual([
      {
        filter: {
          callgraphId: 'cg-1',
          bucket: 'direct',
          verdict: 'observed',
          minScore: 0.5,
          updatedAfter: '2026-11-20T12:00:00.000Z',
        },
        after: undefined,
        limit: 51,
      },
    ])
  })
})

test.each([
  '?limit=0',
  '?limit=201',
  '?limit=x',
  '?bucket=warm',
  '?verdict=safe',
  '?minScore=2',
  '?minScore=-1',
  '?minScore=1e-1',
  '?updatedAfter=2026-11-20T12:00:00',
  '?updatedAfter=today',
  '?cursor=!',
  '?cursor=WzFd',
  '?limit=1&limit=2',
  '?subjectKey=',
  '?subjectKey=a&subjectKey=b',
  '/scan-1/states?verdict=safe',
  '/scan-1/states?cursor=WzFd',
  '/scan-1/states?bucket=direct&bucket=direct',
  `/scan-1/states?cursor=${Buffer.from('["runtimeFacts","x"]').toString('base64url')}`,
  `/scan-1/runtime-facts?cursor=${Buffer.from('["runtimeFacts",1]').toString('base64url')}`,
])('%s is refused', async (path) => {
  await stored('scan-1', await smallFact())
  expect(await get(path)).toMatchObject({ status: 400, body: { code: 'QUERY_INVALID' } })
})

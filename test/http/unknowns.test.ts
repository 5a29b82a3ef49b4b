import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AskedService } from '../support/asked-service.ts'

let service: AskedService
let graphId: string
beforeAll(async () => {
  service = await AskedService.open({ limits: { requestUnknowns: 1_500 } })
  graphId = await service.graph(
    {
      nodes: ['main', 'cart', 'dead'],
      edges: [
        { from: 'main', to: 'cart' },
        { from: 'cart', to: 'lib.far' },
        { from: 'main', to: 'cart', kind: 'heuristic', isResolved: false },
        { from: 'dead', to: 'lib.unseen' },
      ],
      entryPoints: ['main'],
    },
    { subject: { scanId: 'shop' }, targets: ['cart'] },
  )
})
afterAll(async () => service[Symbol.asyncDispose]())

type Unknown = Record<string, unknown>
const report = (scanId: string, unknowns: readonly object[], headers: Readonly<Record<string, string>> = {}) =>
  service.post(
    '/signals/unknowns',
    { subject: { scanId }, callgraphId: graphId, unknowns },
    { prefer: 'wait=30', ...headers },
  )
async function listed(key: string): Promise<Unknown[]> {
  const items: Unknown[] = []
  for (let cursor: string | undefined = ''; cursor !== undefined; ) {
    const query: string = cursor === '' ? '' : `&cursor=${cursor}`
    const page = await service.get(`/signals/unknowns/${encodeURIComponent(key)}?limit=200${query}`)
    expect(page.status).toBe(200)
    items.push(...(page.body['items'] as Unknown[]))
    cursor = page.body['nextCursor'] as string | undefined
  }
  return items
}

describe('the unknowns of a subject', () => {
  test('are those that an entry point can reach, whoever could not resolve them', async () => {
    await service.hits(graphId, { scanId: 'shop' }, { ghost: 2 })
    expect(await listed('shop')).toEqual([
      { edgeFrom: 'main', edgeTo: 'cart', reasons: ['unresolved-call'], sources: ['callgraph'] },
      { symbolId: 'ghost', reasons: ['not-in-graph'], sources: ['runtime'] },
      { symbolId: 'lib.far', reasons: ['external-node'], sources: ['callgraph'] },
    ])
  })

  test('are replaced by the next report of the same source, and of no other', async () => {
    await service.hits(graphId, { scanId: 'sourced' }, { cart: 1 })
    const fromGraph = (await listed('sourced')).length
    const mine = async () => (await listed('sourced')).filter(({ sources }) => String(sources) !== 'callgraph')
    const first = await report('sourced', [
      { symbolId: ' a ' },
      { symbolId: 'a', reason: 'again' },
      { purl: 'pkg:npm/b' },
    ])
    expect(first.body).toMatchObject({ source: 'api', unknowns: 2, fact: { version: 2 } })
    await report('sourced', [{ codeId: 'c', reason: 'stripped' }], { 'x-source': 'reviewer' })
    expect(await mine()).toEqual([
      { purl: 'pkg:npm/b', reasons: [], sources: ['api'] },
      { codeId: 'c', reasons: ['stripped'], sources: ['reviewer'] },
      { symbolId: 'a', reasons: ['again'], sources: ['api'] },
    ])
    await report('sourced', [{ edgeFrom: 'x', edgeTo: 'y' }])
    expect(await mine()).toEqual([
      { edgeFrom: 'x', edgeTo: 'y', reasons: [], sources: ['api'] },
      { codeId: 'c', reasons: ['stripped'], sources: ['reviewer'] },
    ])
    const fact = await service.get('/signals/facts/sourced')
    expect(fact.body['unknownsCount']).toBe(fromGraph + 2)
  })

  test('alone make no fact, but can be listed', async () => {
    const answer = await report('reported', [{ symbolId: 'a' }])
    expect(answer).toMatchObject({ status: 202, headers: { 'preference-applied': 'respond-async' } })
    expect((await service.get('/signals/facts/reported')).status).toBe(404)
    expect((await listed('reported')).map(({ symbolId }) => symbolId)).toContain('a')
  })

  test('more than fit into a page are each listed once, in order', async () => {
    const unknowns = Array.from({ length: 1_500 }, (_, number) => ({ symbolId: `s${number}` }))
    await report('many', unknowns)
    const names = (await listed('many')).map(({ symbolId }) => symbolId).filter((name) => String(name).startsWith('s'))
    expect(names).toEqual(unknowns.map(({ symbolId }) => symbolId).sort())
  })

  test('of a subject that nobody named are not found; of one that is known they may be none', async () => {
    expect(await service.get('/signals/unknowns/nobody')).toMatchObject({
      status: 404,
      body: { code: 'SUBJECT_NOT_FOUND' },
    })
    const quiet = await service.graph({ nodes: ['run'], entryPoints: ['run'] }, { subject: { scanId: 'quiet' } })
    expect(quiet).toMatch(/^cg-/)
    expect((await service.get('/signals/unknowns/quiet')).body).toEqual({ subjectKey: 'quiet', items: [] })
  })

  test('are counted once when a post is repeated with its key, and replayed only for the same source', async () => {
    const headers = { 'idempotency-key': 'unknowns-1' }
    const first = await report('again', [{ symbolId: 'a' }], headers)
    const second = await report('again', [{ symbolId: 'a' }], headers)
    expect(second).toMatchObject({ status: 200, body: { receiptId: first.body['receiptId'] } })
    expect(await report('again', [{ symbolId: 'a' }], { ...headers, 'x-source': 'other' })).toMatchObject({
      status: 422,
      body: { code: 'IDEMPOTENCY_KEY_REUSED' },
    })
  })
})

test.each([
  ['an empty list', { unknowns: [] }, 400, 'REQUEST_INVALID'],
  ['an entry that names nothing', { unknowns: [{ reason: 'x' }] }, 400, 'REQUEST_INVALID'],
  ['half an edge', { unknowns: [{ edgeFrom: 'x' }] }, 400, 'REQUEST_INVALID'],
  ['a blank name', { unknowns: [{ symbolId: '  ' }] }, 400, 'REQUEST_INVALID'],
  ['an unknown member', { unknowns: [{ symbolId: 'a', kind: 'x' }] }, 400, 'REQUEST_INVALID'],
  ['a graph that is not there', { callgraphId: 'cg-none' }, 404, 'CALLGRAPH_NOT_FOUND'],
  ['no graph', { callgraphId: undefined }, 400, 'REQUEST_INVALID'],
  ['a subject without a key', { subject: {} }, 400, 'SUBJECT_INVALID'],
  ['too many', { unknowns: Array.from({ length: 1_501 }, () => ({ symbolId: 'a' })) }, 400, 'REQUEST_INVALID'],
])('a report with %s is refused and leaves nothing behind', async (_name, part, status, code) => {
  await service.built.settled()
  const before = await service.built.stored()
  const body = { subject: { scanId: 's' }, callgraphId: graphId, unknowns: [{ symbolId: 'a' }], ...part }
  const answer = await service.post('/signals/unknowns', body)
  expect({ status: answer.status, code: answer.body['code'] }).toEqual({ status, code })
  expect(await service.built.stored()).toEqual(before)
})

describe('a synthetic batch', () => {
  const synthetic = (body: object, headers: Readonly<Record<string, string>> = { prefer: 'wait=30' }) =>
    service.post('/signals/runtime-facts/synthetic', body, headers)

  test('sees the first symbols that a run would meet, the same ones each time', async () => {
    const answer = await synthetic({ subject: { scanId: 'synthetic:1' }, callgraphId: graphId, symbols: 2 })
    expect(answer).toMatchObject({
      status: 202,
      body: { accepted: 2, totalHits: 3, unmatchedSymbols: 0, fact: { version: 1 } },
    })
    const other = await synthetic({ subject: { scanId: 'synthetic:2' }, callgraphId: graphId, symbols: 2 })
    const factsOf = async (key: string) => (await service.get(`/signals/facts/${key}`)).body['runtimeFacts']
    expect(await factsOf('synthetic:1')).toEqual([
      { callgraphId: graphId, symbolId: 'cart', hitCount: 2 },
      { callgraphId: graphId, symbolId: 'main', hitCount: 1 },
    ])
    expect(await factsOf('synthetic:2')).toEqual(await factsOf('synthetic:1'))
    expect(other.status).toBe(202)
  })

  test.each([
    ['of a real subject', { subject: { scanId: 'shop' } }, 400, 'SUBJECT_NOT_SYNTHETIC'],
    [
      'with a synthetic alias only',
      { subject: { scanId: 'a', imageDigest: 'synthetic:b' } },
      400,
      'SUBJECT_NOT_SYNTHETIC',
    ],
    ['for an unknown graph', { callgraphId: 'cg-none' }, 404, 'CALLGRAPH_NOT_FOUND'],
    ['of too many symbols', { symbols: 101 }, 400, 'REQUEST_INVALID'],
  ])('%s is refused', async (_name, part, status, code) => {
    await service.built.settled()
    const before = await service.built.stored()
    const answer = await synthetic({ subject: { scanId: 'synthetic:3' }, callgraphId: graphId, ...part })
    expect({ status: answer.status, code: answer.body['code'] }).toEqual({ status, code })
    expect(await service.built.stored()).toEqual(before)
  })

  test('needs the scope of an administrator', async () => {
    const body = { subject: { scanId: 'synthetic:4' }, callgraphId: graphId }
    expect((await synthetic(body, { 'x-scopes': 'signals:write' })).status).toBe(403)
  })
})

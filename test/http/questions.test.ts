import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { FactState } from '../../src/facts/fact.ts'
import type { ExplainAnswer, QueryAnswer } from '../../src/facts/question-documents.ts'
import { AskedService } from '../support/asked-service.ts'

const node = (id: string, more: object = {}) => ({ id, ...more })
const shop = {
  nodes: [
    node('main', { file: 'main.go', line: 3 }),
    node('cart', { namespace: 'acme/shop', file: 'cart.go', line: 10, purl: 'pkg:golang/acme/shop@1.2.0' }),
    node('total', { namespace: 'acme/shop/sum', purl: 'pkg:golang/acme/shop@1.2.0', symbolKey: 'shop.Total()' }),
    node('audit', { namespace: 'acme/shopping', purl: 'pkg:golang/acme/shopping@1.0.0' }),
    node('one', { symbolKey: 'twin' }),
    node('two', { symbolKey: 'twin' }),
    node('dead', { namespace: 'acme/dead' }),
  ],
  edges: [
    { from: 'main', to: 'cart', reason: 'direct call', evidence: ['main.go:5'] },
    { from: 'cart', to: 'total', kind: 'heuristic', confidence: 0.4, reason: 'guessed' },
    { from: 'cart', to: 'total', confidence: 0.9, reason: 'seen' },
    { from: 'main', to: 'audit' },
    { from: 'audit', to: 'total' },
  ],
  entryPoints: ['main'],
}
const subject = { scanId: 'shop', component: 'shop', version: '1' }

let service: AskedService
let shopId: string
beforeAll(async () => {
  service = await AskedService.open()
  shopId = await service.graph(shop, { subject, closedWorld: true, targets: ['total', 'dead', 'nowhere'] })
  await service.hits(shopId, subject, { cart: 3 }, {})
})
afterAll(async () => service[Symbol.asyncDispose]())

async function query(targets: readonly unknown[], key = 'shop'): Promise<QueryAnswer> {
  const answer = await service.post(`/signals/facts/${key}/query`, { targets })
  expect(answer).toMatchObject({ status: 200 })
  return answer.body as QueryAnswer
}

async function explain(target: string, more = '', key = 'shop'): Promise<ExplainAnswer> {
  const answer = await service.get(`/signals/facts/${key}/explain?target=${encodeURIComponent(target)}${more}`)
  expect(answer).toMatchObject({ status: 200 })
  return answer.body as ExplainAnswer
}

describe('a query', () => {
  test('of what the fact was asked for answers with the states of the fact, and changes nothing', async () => {
    await service.built.settled()
    const before = await service.built.stored()
    const fact = (await service.get('/signals/facts/shop')).body
    const states = fact['states'] as FactState[]
    const answer = await query(['total', 'dead', 'nowhere', 'cart'])
    expect(answer.states).toEqual(states)
    expect(answer.digest).toBe((fact['metadata'] as Record<string, string>)['fact.digest'])
    expect(answer.factVersion).toBe(2)
    expect(await service.built.stored()).toEqual(before)
  })

  test('takes any name of a symbol, and says what may have been meant by one that is none', async () => {
    const answer = await query(['main', { symbolKey: 'shop.Total()' }, { id: ' audit ' }, 'carts', 'twin'])
    expect(answer.states.map(({ target, verdict }) => [target, verdict])).toEqual([
      ['audit', 'reachable'],
      ['carts', 'unknown'],
      ['main', 'reachable'],
      ['total', 'reachable'],
      ['twin', 'unknown'],
    ])
    expect(answer.states.find(({ target }) => target === 'twin')?.reasons).toContain('ambiguous-symbol')
    expect(answer.unmatched).toEqual([{ target: 'carts', nearestNames: ['cart'] }])
  })

  test('by package or namespace takes all nodes of it, and none of one whose name merely begins so', async () => {
    const targetsOf = async (...targets: object[]) => (await query(targets)).states.map(({ target }) => target)
    expect(await targetsOf({ namespace: 'acme/shop' })).toEqual(['cart', 'total'])
    expect(await targetsOf({ namespace: 'acme/' })).toEqual(['audit', 'cart', 'dead', 'total'])
    expect(await targetsOf({ purl: 'pkg:golang/acme/shop' })).toEqual(['cart', 'total'])
    expect(await targetsOf({ purl: 'pkg:golang/acme/shop@1.2.0' }, { namespace: 'acme/dead' })).toEqual([
      'cart',
      'dead',
      'total',
    ])
    expect(await query([{ purl: 'pkg:npm/none' }])).toMatchObject({
      states: [],
      unmatched: [{ purl: 'pkg:npm/none', nearestNames: [] }],
    })
  })

  test('sees what a recompute gave', async () => {
    const recomputed = {
      subject: { scanId: 'given' },
      callgraphIds: [shopId],
      entryPoints: ['dead'],
      targets: ['total'],
    }
    await service.post('/signals/reachability/recompute', recomputed, { prefer: 'wait=30' })
    expect((await query(['total', 'dead'], 'given')).states).toMatchObject([
      { target: 'dead', bucket: 'entrypoint' },
      { target: 'total', verdict: 'unreachable' },
    ])
  })

  test('of more than it may ask for is refused', async () => {
    const many = Array.from({ length: 1_001 }, (_, number) => `f${number}`)
    const wide = await service.graph(
      { nodes: many.map((id) => ({ id, namespace: 'acme.wide' })) },
      { subject: { scanId: 'wide' }, component: 'wide' },
    )
    expect(wide).toMatch(/^cg-/)
    const refused = async (targets: unknown, key = 'wide') => {
      const { status, body } = await service.post(`/signals/facts/${key}/query`, { targets })
      return { status, code: body['code'], count: body['count'] }
    }
    expect(await refused(many)).toEqual({ status: 400, code: 'TARGETS_TOO_MANY' })
    expect(await refused([{ namespace: 'acme' }])).toEqual({ status: 400, code: 'PREFIX_TOO_BROAD', count: 1_001 })
    expect((await query(many.slice(1), 'wide')).states).toHaveLength(1_000)
    expect(await refused([])).toMatchObject({ status: 400, code: 'REQUEST_INVALID' })
    expect(await refused([{ namespace: ' ' }])).toMatchObject({ status: 400, code: 'REQUEST_INVALID' })
    expect(await refused([{ name: 'x' }])).toMatchObject({ status: 400, code: 'REQUEST_INVALID' })
    expect(await refused([{ purl: 'a', namespace: 'b' }])).toMatchObject({ status: 400, code: 'REQUEST_INVALID' })
  })
})

describe('an explanation', () => {
  test('tells the path step by step, with edges, places and hits, and how the score came about', async () => {
    const { path, formula, fact, ...rest } = await explain('total')
    expect(rest).toMatchObject({ verdict: 'reachable', reasons: ['static-path'], runtimeHits: [], furtherPaths: [] })
    expect(rest).not.toHaveProperty('frontier')
    expect(path).toEqual([
      {
        id: 'main',
        symbolKey: 'main',
        name: 'main',
        kind: 'function',
        file: 'main.go',
        line: 3,
        entryPoint: 'declared',
      },
      {
        id: 'audit',
        symbolKey: 'audit',
        name: 'audit',
        kind: 'function',
        namespace: 'acme/shopping',
        purl: 'pkg:golang/acme/shopping@1.0.0',
        edge: { kind: 'static', type: 'call', confidence: 1, isResolved: true },
      },
      expect.objectContaining({ id: 'total', symbolKey: 'shop.Total()' }),
    ])
    expect(formula).toMatchObject({ profile: 'signals-v1', row: 'unknown', weight: 0.5, score: 0.375 })
    expect(formula.confidence).toEqual({ base: 0.75, runtimeBonus: 0, minimum: 0.05, maximum: 0.99, value: 0.75 })
    expect(formula.text).toBe('score = confidence × weight = clamp(0.75 + 0, 0.05, 0.99) × 0.5 = 0.75 × 0.5 = 0.375')
    const stored = (await service.get('/signals/facts/shop')).body
    expect(fact).toMatchObject({ stateCount: 4, unknownsCount: stored['unknownsCount'], score: stored['score'] })
    expect((fact.scoreSum / fact.stateCount) * (1 - fact.unknownsPenaltyCeiling * fact.unknownsPressure)).toBeCloseTo(
      fact.score,
      6,
    )
  })

  test('tells further paths that share only their ends, with the most certain edge of each step', async () => {
    const { furtherPaths } = await explain('total', '&paths=5')
    expect(furtherPaths.map((path) => path.map(({ id }) => id))).toEqual([['main', 'cart', 'total']])
    const [, cart, total] = furtherPaths[0] ?? []
    expect(cart).toMatchObject({ file: 'cart.go', line: 10, runtimeHits: { hitCount: 3 } })
    expect(cart?.edge).toEqual({
      kind: 'static',
      type: 'call',
      reason: 'direct call',
      confidence: 1,
      isResolved: true,
      places: ['main.go:5'],
    })
    expect(total?.edge).toMatchObject({ kind: 'static', confidence: 0.9, reason: 'seen' })
  })

  test('of an earned unreachable shows that nothing but blocked edges stopped the search', async () => {
    expect(await explain('dead')).toMatchObject({
      verdict: 'unreachable',
      reasons: ['no-path'],
      path: [],
      frontier: { entries: [], counts: { 'blocked-edge': 0, 'unresolved-call': 0, 'external-node': 0 } },
    })
  })

  test('of an unknown shows where the search could not go on, at most 20 places, all counted', async () => {
    const externals = Array.from({ length: 30 }, (_, number) => `lib.f${String(number).padStart(2, '0')}`)
    const open = await service.graph(
      {
        nodes: ['run', 'step', 'lost'],
        edges: [
          { from: 'run', to: 'step', isResolved: false, candidates: ['lost', 'step'], reason: 'reflection' },
          ...externals.map((to) => ({ from: 'step', to })),
          { from: 'run', to: 'lost' },
        ],
        entryPoints: ['run'],
      },
      { component: 'open', closedWorld: true },
    )
    const body = {
      subject: { scanId: 'open' },
      callgraphIds: [open],
      targets: ['lost'],
      blockedEdges: [{ from: 'run', to: 'lost' }],
    }
    await service.post('/signals/reachability/recompute', body, { prefer: 'wait=30' })
    const { verdict, reasons, frontier, blockedEdges } = await explain('lost', '', 'open')
    expect({ verdict, reasons }).toEqual({ verdict: 'unknown', reasons: ['no-path', 'unresolved-calls'] })
    expect(blockedEdges).toEqual([{ from: 'run', to: 'lost' }])
    expect(frontier?.counts).toEqual({ 'blocked-edge': 1, 'unresolved-call': 1, 'external-node': 30 })
    expect(frontier?.entries).toEqual([
      { kind: 'blocked-edge', from: 'run', to: 'lost' },
      { kind: 'unresolved-call', from: 'run', to: 'step', candidates: ['lost', 'step'], reason: 'reflection' },
      ...externals.slice(0, 18).map((name) => ({ kind: 'external-node', node: name })),
    ])
  })

  test('of a name that is in no graph is an unknown, with the names that come near it', async () => {
    expect(await explain('crat')).toMatchObject({ verdict: 'unknown', reasons: ['no-path', 'not-in-graph'] })
    expect(await explain('totals')).toMatchObject({ nearestNames: ['total'], path: [], reachable: false })
    expect(await explain('twin')).toMatchObject({ verdict: 'unknown', reasons: ['no-path', 'ambiguous-symbol'] })
    expect(await explain('twin')).not.toHaveProperty('nearestNames')
  })

  test('of a symbol in several graphs tells each, the worst verdict first', async () => {
    const other = await service.graph(
      { nodes: ['job', 'total'], edges: [{ from: 'job', to: 'total' }], entryPoints: ['job'] },
      { component: 'job' },
    )
    const body = { subject: { scanId: 'both' }, callgraphIds: [shopId, other], targets: ['total'] }
    await service.post('/signals/reachability/recompute', body, { prefer: 'wait=30' })
    await service.hits(other, { scanId: 'both' }, { total: 1 })
    const { callgraphId, verdict, path, furtherGraphs } = await explain('total', '', 'both')
    expect({ callgraphId, verdict }).toEqual({ callgraphId: other, verdict: 'observed' })
    expect(path.map(({ id }) => id)).toEqual(['job', 'total'])
    expect(furtherGraphs).toMatchObject([{ callgraphId: shopId, verdict: 'reachable' }])
  })

  test('is a diagram for who asks for one, in which no name can be anything but a label', async () => {
    const name = 'x"]; click n0 "javascript:alert(1)"\n<script>'
    const nasty = await service.graph(
      { nodes: ['run'], edges: [{ from: 'run', to: name }], entryPoints: ['run'] },
      { component: 'nasty', subject: { scanId: 'nasty' }, targets: [name] },
    )
    expect(nasty).toMatch(/^cg-/)
    const drawn = async (key: string, target: string) =>
      service.get(`/signals/facts/${key}/explain?target=${encodeURIComponent(target)}`, { accept: 'text/vnd.mermaid' })
    const { headers, text } = await drawn('shop', 'total')
    expect(headers['content-type']).toBe('text/vnd.mermaid; charset=utf-8')
    expect(text).toBe(
      [
        '%% reachable: total in shop',
        'flowchart TD',
        '  n0["main<br/>entry point, declared<br/>main.go:3"]',
        '  n1["audit"]',
        '  n2["total"]',
        '  n0 -->|"static call, 1"| n1',
        '  n1 -->|"static call, 1"| n2',
        '',
      ].join('\n'),
    )
    const hostile = (await drawn('nasty', name)).text
    expect(hostile.split('\n').slice(2)).toEqual([
      expect.stringMatching(/^ {2}n0\["run<br\/>entry point, declared"\]$/),
      expect.stringMatching(/^ {2}n1\["x#34;#93;#59; click n0 #34;javascript:alert\(1\)#34; #60;script#62;"\]$/),
      '  n0 -->|"static call, 1"| n1',
      '',
    ])
  })

  test('has a tag for each of its forms, and is not sent again to who has it', async () => {
    const path = '/signals/facts/shop/explain?target=total'
    const json = await service.get(path)
    const diagram = await service.get(path, { accept: 'text/vnd.mermaid' })
    expect(json.headers['etag']).not.toBe(diagram.headers['etag'])
    expect(json.headers['vary']).toBe('accept')
    expect(json.headers['signals-pending']).toBe('0')
    expect((await service.get(path, { 'if-none-match': String(json.headers['etag']) })).status).toBe(304)
  })
})

test.each([
  ['/signals/facts/nobody/explain?target=a', 404, 'FACT_NOT_FOUND'],
  ['/signals/facts/shop/explain', 400, 'QUERY_INVALID'],
  ['/signals/facts/shop/explain?target=%20', 400, 'QUERY_INVALID'],
  ['/signals/facts/shop/explain?target=a&target=b', 400, 'QUERY_INVALID'],
  ['/signals/facts/shop/explain?target=a&paths=21', 400, 'QUERY_INVALID'],
  ['/signals/facts/shop/explain?target=a&paths=-1', 400, 'QUERY_INVALID'],
])('%s is refused', async (path, status, code) => {
  const answer = await service.get(path)
  expect({ status: answer.status, code: answer.body['code'] }).toEqual({ status, code })
})

test('a subject is asked by its alias too, unless that names several', async () => {
  expect((await service.get('/signals/facts/shop%7C1/explain?target=total')).body).toMatchObject({ subjectKey: 'shop' })
  const id = await service.graph(
    { nodes: ['z'] },
    { component: 'z', subject: { scanId: 'other', component: 'twice', version: '1' } },
  )
  await service.hits(id, { scanId: 'third', component: 'twice', version: '1' }, { z: 1 })
  for (const answer of [
    await service.get('/signals/facts/twice%7C1/explain?target=z'),
    await service.post('/signals/facts/twice%7C1/query', { targets: ['z'] }),
    await service.get('/signals/unknowns/twice%7C1'),
  ]) {
    expect(answer).toMatchObject({ status: 409, body: { code: 'SUBJECT_AMBIGUOUS', subjectKeys: ['other', 'third'] } })
  }
})

test('another tenant can ask nothing about a subject', async () => {
  const headers = { 'x-stella-tenant': 'other', 'content-type': 'application/json' }
  expect((await service.get('/signals/facts/shop/explain?target=total', headers)).status).toBe(404)
  expect((await service.post('/signals/facts/shop/query', { targets: ['total'] }, headers)).status).toBe(404)
  expect((await service.get('/signals/unknowns/shop', headers)).status).toBe(404)
})

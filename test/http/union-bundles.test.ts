import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Answer, type BuiltApp, openApp } from '../support/build-app.ts'
import { bundleOf } from '../support/bundles.ts'
import { bundleZip, shopEdges, shopFacts, shopMeta, shopNodes, untimedFacts } from '../support/made-bundles.ts'
import { expectRefusal, type Refusal, type RefusedRequest } from '../support/refusals.ts'

const union = '/signals/reachability/union'
const zip = { 'content-type': 'application/zip' }

let built: BuiltApp
beforeAll(async () => {
  built = await openApp()
})
afterAll(() => built[Symbol.asyncDispose]())

async function post(body: Buffer, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  return await built.ask(union, { body, headers: { ...zip, ...headers } })
}

async function posted(body: Buffer, headers: Readonly<Record<string, string>> = {}): Promise<Answer['body']> {
  const { status, body: answer } = await post(body, headers)
  expect(answer).toMatchObject({ analysisId: expect.any(String) })
  expect(status).toBe(202)
  return answer
}

interface ReadFact {
  readonly states: readonly Readonly<Record<string, unknown>>[]
  readonly runtimeFacts: readonly Readonly<Record<string, unknown>>[]
  readonly metadata: Readonly<Record<string, string>>
}

async function factOf(subject: string): Promise<ReadFact> {
  await built.settled()
  const { status, text } = await built.ask(`/signals/facts/${encodeURIComponent(subject)}`)
  expect(status).toBe(200)
  return JSON.parse(text) as ReadFact
}

/** Nothing that came before is still being folded when both looks at the store are taken. */
async function refused(row: Refusal, request: RefusedRequest): Promise<Answer> {
  await built.settled()
  return await expectRefusal(built, row, request)
}

const digestOf = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`
const refusal = (status: number, code: string): Refusal => ({ title: '', status, code })

test('a bundle is taken in whole: its graph, its runtime facts, its files', async () => {
  const answer = await post(bundleZip(), { 'x-analysis-id': 'scan-0001', prefer: 'wait=30' })
  expect(answer.status).toBe(202)
  expect(answer.body).toMatchObject({
    analysisId: 'scan-0001',
    callgraphId: 'scan-0001',
    language: 'java',
    component: 'scan-0001',
    version: '1',
    nodeCount: 5,
    edgeCount: 3,
    subjectKey: 'scan-0001',
    runtimeFacts: { idempotency: 'content', accepted: 2, totalHits: 5, unmatchedSymbols: 0 },
    fact: { version: 1 },
  })
  expect(answer.headers['location']).toBe(`${union}/scan-0001/meta`)
  const files = { 'edges.ndjson': shopEdges, 'facts_runtime.ndjson': shopFacts, 'nodes.ndjson': shopNodes }
  expect(answer.body['files']).toEqual(
    Object.entries(files).map(([path, content]) => ({
      path,
      sha256: digestOf(content),
      records: content.trimEnd().split('\n').length,
      bytes: content.length,
      casUri: `cas://reachability_graphs/scan-0001/${path}`,
    })),
  )
  const receipt = await built.ask(`/signals/receipts/${String(answer.body['receiptId'])}`)
  expect(receipt.body).toMatchObject({ analysisId: 'scan-0001', kind: 'callgraph', state: 'folded', factVersion: 1 })
  const { callgraphId: _id, fact: _fact, ...told } = answer.body
  expect(receipt.body).toMatchObject(told)
  const graph = await built.ask('/signals/callgraphs/scan-0001')
  expect(graph.body).toMatchObject({
    analysisIds: ['scan-0001'],
    subjectKeys: ['scan-0001'],
    analyzer: { name: 'stella-scanner', version: '1.4.0' },
    format: 'union-ndjson',
    closedWorld: true,
  })
})

describe('the same evidence', () => {
  test('as one bundle and as separate posts has one graph hash, and the same states and runtime facts', async () => {
    const subject = { component: 'shop', version: '7' }
    const meta = { subject, component: 'shop', version: '7', language: 'java' }
    const bundle = await posted(bundleZip({ meta }), { 'x-analysis-id': 'together', 'x-stella-tenant': 'one' })
    const apart = { 'x-stella-tenant': 'two' }
    const said = JSON.stringify({ ...shopMeta, files: [] })
    const query = 'language=java&component=shop&version=7&subjectComponent=shop&subjectVersion=7'
    const graph = await built.ask(`/signals/callgraphs?${query}`, {
      body: `${shopNodes}${shopEdges}${said}`,
      headers: apart,
    })
    const { callgraphId, graphHash } = graph.body
    expect(bundle['graphHash']).toBe(graphHash)
    const facts = `/signals/runtime-facts/ndjson?callgraphId=${String(callgraphId)}&component=shop&version=7`
    expect((await built.ask(facts, { body: shopFacts, headers: apart })).status).toBe(202)
    await built.settled()
    const read = async (tenant: string, id: unknown): Promise<unknown> => {
      const { text } = await built.ask('/signals/facts/shop%7C7', { headers: { 'x-stella-tenant': tenant } })
      const fact = JSON.parse(text.replaceAll(String(id), 'the-graph')) as Record<string, unknown>
      const { states, runtimeFacts, targets, score, verdict, unknownsCount, callgraphs } = fact
      return { states, runtimeFacts, targets, score, verdict, unknownsCount, callgraphs }
    }
    const together = await read('one', 'together')
    expect(together).toEqual(await read('two', callgraphId))
    expect(together).toMatchObject({ states: { length: 2 }, runtimeFacts: { length: 2 } })
  })

  test.each([
    ['its own key, which is its content', shopFacts, 'content'],
    ['the key that the bundle was answered with', untimedFacts, 'header'],
  ])('posted again by hand to the graph of the bundle, with %s, changes nothing', async (_title, facts, form) => {
    const id = `by-hand-${form}`
    const { runtimeFacts } = await posted(bundleZip({ facts }), { 'x-analysis-id': id })
    const { receiptId, idempotency, idempotencyKey } = runtimeFacts as Record<string, string>
    expect(idempotency).toBe(form)
    const before = await factOf(id)
    const again = await built.ask(`/signals/runtime-facts/ndjson?callgraphId=${id}&scanId=${id}`, {
      body: facts,
      headers: idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey },
    })
    expect(again.status).toBe(200)
    expect(again.body).toMatchObject({ receiptId, duplicate: facts.trimEnd().split('\n').length })
    expect(await factOf(id)).toEqual(before)
  })
})

test('a fact that came of a bundle is made again from its inputs alone', async () => {
  const id = 'r'.repeat(128)
  await posted(bundleZip(), { 'x-analysis-id': id })
  await built.settled()
  const replay = await built.ask('/signals/replay', {
    body: await bundleOf(built, { subject: id }),
    headers: { 'content-type': 'application/zstd' },
  })
  expect(replay).toMatchObject({ status: 200, body: { match: true, problems: [] } })
})

describe('sent again', () => {
  test('the same files under one id are answered as they were, whatever else is said of them', async () => {
    const id = { 'x-analysis-id': 'again-0001' }
    const first = await posted(bundleZip(), id)
    await built.settled()
    const before = await built.stored()
    for (const meta of [{}, { component: 'other', closed_world: false, generated_at: '2027-01-01T00:00:00Z' }]) {
      const again = await post(bundleZip({ meta }), id)
      expect(again).toMatchObject({ status: 200, body: first, headers: { 'idempotent-replay': 'true' } })
    }
    expect(await built.stored()).toEqual(before)
  })

  test('other files under an id that is taken are refused', async () => {
    const headers = { ...zip, 'x-analysis-id': 'again-0002' }
    await posted(bundleZip(), headers)
    await built.settled()
    const others = [{ facts: untimedFacts }, { edges: '' }]
    for (const other of others) {
      await refused(refusal(409, 'ANALYSIS_ID_IN_USE'), { url: union, body: bundleZip(other), headers })
    }
  })

  test('without an id the files are the id', async () => {
    const nodes = shopNodes.replaceAll('sym:', 'sym:unnamed-')
    const body = bundleZip({ nodes })
    const first = await posted(body)
    expect(first['analysisId']).toMatch(/^ua-[0-9a-f]{32}$/)
    const digests = [nodes, shopEdges, shopFacts].map((text) => digestOf(text).slice('sha256:'.length)).sort()
    expect(first['analysisId']).toBe(`ua-${digestOf(JSON.stringify(digests)).slice(7, 39)}`)
    expect(await post(bundleZip({ nodes, meta: { component: 'x' } }))).toMatchObject({ status: 200, body: first })
  })

  test('the header wins over what the bundle says', async () => {
    const body = bundleZip({ meta: { analysis_id: 'said-by-meta' } })
    expect(await posted(body)).toMatchObject({ analysisId: 'said-by-meta' })
    expect(await posted(body, { 'x-analysis-id': 'said-by-header' })).toMatchObject({ analysisId: 'said-by-header' })
    const meta = await built.ask(`${union}/said-by-header/meta`)
    expect(meta.body).toMatchObject({ analysis_id: 'said-by-header' })
  })

  test('under a key it is answered as before, and the key is good for nothing else', async () => {
    const headers = { 'x-analysis-id': 'keyed-0001', 'idempotency-key': 'union-key-1' }
    const first = await posted(bundleZip(), headers)
    await built.settled()
    const before = await built.stored()
    const replay = { status: 200, body: first, headers: { 'idempotent-replay': 'true' } }
    expect(await post(bundleZip(), headers)).toMatchObject(replay)
    const reused = refusal(422, 'IDEMPOTENCY_KEY_REUSED')
    const requests = [
      { body: bundleZip({ facts: untimedFacts }), headers: { ...zip, ...headers } },
      { body: bundleZip(), headers: { ...zip, ...headers, 'x-analysis-id': 'keyed-0002' } },
    ]
    for (const request of requests) await refused(reused, { url: union, ...request })
    expect(await built.stored()).toEqual(before)
  })

  test('a key that comes later is bound to the first answer too', async () => {
    const id = { 'x-analysis-id': 'keyed-late' }
    const first = await posted(bundleZip(), id)
    const keyed = { ...id, 'idempotency-key': 'union-key-late' }
    for (const _time of [1, 2]) expect(await post(bundleZip(), keyed)).toMatchObject({ status: 200, body: first })
    const other = await post(bundleZip({ edges: '' }), { 'idempotency-key': 'union-key-late' })
    expect(other.body).toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' })
  })

  test('many times at once it is taken in once', async () => {
    const id = { 'x-analysis-id': 'at-once-01' }
    const answers = await Promise.all(Array.from({ length: 8 }, () => post(bundleZip(), id)))
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(1)
    const others = answers.filter(({ status }) => status !== 202)
    expect(others.filter(({ status, body }) => status !== 200 && body['code'] !== 'IN_PROGRESS')).toEqual([])
    const { runtimeFacts } = await factOf('at-once-01')
    expect(runtimeFacts.map(({ hitCount }) => hitCount)).toEqual([3, 2])
  })
})

test('what the graph is said to be stands in meta.json alone: a meta record among the nodes is refused', async () => {
  const nodes = `${shopNodes}{"schema":"reachability-union@0.1","closed_world":true,"entry_points":["sym:legacy"]}\n`
  const { body } = await refused(refusal(422, 'UNION_LINE_INVALID'), {
    url: union,
    body: bundleZip({ nodes, meta: { closed_world: false } }),
    headers: zip,
  })
  expect(body).toMatchObject({ file: 'nodes.ndjson', errors: [{ line: 5, code: 'META_REPEATED' }] })
})

describe('what a bundle leaves out', () => {
  test('runtime facts: it is a graph, and makes no fact unless it names a subject', async () => {
    const { facts: _none, ...without } = { nodes: shopNodes, edges: shopEdges, facts: undefined }
    const answer = await posted(bundleZip({ ...without, facts: '' }), { 'x-analysis-id': 'no-facts-1' })
    expect(answer).not.toHaveProperty('runtimeFacts')
    expect(answer).not.toHaveProperty('subjectKey')
    const meta = { subject: { scanId: 'a-subject', imageDigest: 'sha256:abc' } }
    const named = await posted(bundleZip({ facts: '', meta }), { 'x-analysis-id': 'no-facts-2' })
    expect(named).toMatchObject({ subjectKey: 'a-subject' })
    expect(await factOf('a-subject')).toMatchObject({ states: [], callgraphs: [{ callgraphId: 'no-facts-2' }] })
    expect((await built.ask('/signals/facts/no-facts-1')).status).toBe(404)
  })

  test('a language: it is the only one that the nodes name, else binary', async () => {
    const mixed = `${shopNodes}{"symbol_id":"sym:go","lang":"go","kind":"function","display":"go"}\n`
    expect(await posted(bundleZip({ nodes: mixed }))).toMatchObject({ language: 'binary' })
    const meta = { language: 'kotlin', component: 'shop', version: '2.0' }
    const named = await posted(bundleZip({ nodes: mixed, meta }), { 'x-analysis-id': 'named-lang' })
    expect(named).toMatchObject(meta)
  })

  test('the last line feed, and sha256: before digests or their lower case', async () => {
    const [nodes, edges] = [shopNodes.trimEnd(), shopEdges.trimEnd()]
    const files = [
      { path: 'nodes.ndjson', sha256: digestOf(nodes).toUpperCase().replace('SHA256', 'sha256'), records: 4 },
      { path: 'edges.ndjson', sha256: digestOf(edges), records: 3 },
      { path: 'facts_runtime.ndjson', sha256: digestOf(shopFacts), records: 2 },
    ]
    const answer = await posted(bundleZip({ nodes, edges, meta: { files } }), { 'x-analysis-id': 'unterminated' })
    const whole = await posted(bundleZip(), { 'x-analysis-id': 'terminated' })
    expect(answer['graphHash']).toBe(whole['graphHash'])
  })
})

describe('a stored bundle', () => {
  const id = 'stored-001'
  const file = `${union}/${id}/files/nodes.ndjson`
  beforeAll(async () => {
    await posted(bundleZip({ meta: { z: 1, a: [2] } }), { 'x-analysis-id': id })
  })

  test('gives its meta.json in canonical order, its id settled, ended by a line feed', async () => {
    const { status, text, headers, body } = await built.ask(`${union}/${id}/meta`)
    expect(status).toBe(200)
    expect(headers['content-type']).toBe('application/json')
    expect(text.startsWith('{"a":[2],"analysis_id":"stored-001","closed_world":true,"entry_points":')).toBe(true)
    expect(text.endsWith('"z":1}\n')).toBe(true)
    expect(body['files']).toEqual([
      { path: 'edges.ndjson', sha256: digestOf(shopEdges), records: 3 },
      { path: 'facts_runtime.ndjson', sha256: digestOf(shopFacts), records: 2 },
      { path: 'nodes.ndjson', sha256: digestOf(shopNodes), records: 4 },
    ])
    expect((await built.ask(`${union}/${id}/files/meta.json`)).text).toBe(text)
    const known = { 'if-none-match': String(headers['etag']) }
    expect(await built.ask(`${union}/${id}/meta`, { headers: known })).toMatchObject({ status: 304, text: '' })
  })

  test('gives its files byte for byte', async () => {
    const { status, text, headers } = await built.ask(file)
    expect({ status, text }).toEqual({ status: 200, text: shopNodes })
    expect(headers).toMatchObject({
      'content-type': 'application/x-ndjson',
      'content-length': String(shopNodes.length),
      'accept-ranges': 'bytes',
      etag: `"${digestOf(shopNodes).slice(7)}"`,
    })
    const known = { 'if-none-match': String(headers['etag']) }
    expect(await built.ask(file, { headers: known })).toMatchObject({ status: 304, text: '' })
  })

  const length = shopNodes.length
  test.each([
    ['bytes=0-0', 0, 0],
    ['bytes=5-9', 5, 9],
    ['bytes=10-', 10, length - 1],
    ['bytes=-7', length - 7, length - 1],
    [`bytes=3-${length + 100}`, 3, length - 1],
    [`bytes=-${length + 100}`, 0, length - 1],
  ])('gives %s of a file', async (range, start, end) => {
    const { status, text, headers } = await built.ask(file, { headers: { range } })
    expect({ status, text }).toEqual({ status: 206, text: shopNodes.slice(start, end + 1) })
    expect(headers).toMatchObject({
      'content-range': `bytes ${start}-${end}/${length}`,
      'content-length': String(end - start + 1),
    })
  })

  test.each(['bytes=5-4', 'bytes=-', 'lines=1-2', 'bytes=0-1,4-5', 'bytes=a-b', 'bytes'])(
    'gives all of it for %s, which it does not understand or does not do',
    async (range) => {
      expect(await built.ask(file, { headers: { range } })).toMatchObject({ status: 200, text: shopNodes })
    },
  )

  test.each([`bytes=${length}-`, 'bytes=-0', `bytes=${length + 5}-${length + 9}`])(
    'has nothing of %s',
    async (range) => {
      const { headers } = await refused(refusal(416, 'RANGE_NOT_SATISFIABLE'), {
        url: file,
        headers: { range },
      })
      expect(headers['content-range']).toBe(`bytes */${length}`)
    },
  )

  test('gives a range only of the representation that it is asked of', async () => {
    const headers = (condition: string) => ({ range: 'bytes=0-3', 'if-range': condition })
    const etag = `"${digestOf(shopNodes).slice(7)}"`
    expect((await built.ask(file, { headers: headers(etag) })).status).toBe(206)
    expect((await built.ask(file, { headers: headers('"other"') })).status).toBe(200)
    expect((await built.ask(file, { headers: headers(`W/${etag}`) })).status).toBe(200)
  })

  test('and its files are nowhere for other names and other tenants', async () => {
    const other = { 'x-stella-tenant': 'globex' }
    for (const path of [`${union}/${id}/meta`, file]) {
      await refused(refusal(404, 'UNION_BUNDLE_NOT_FOUND'), { url: path, headers: other })
    }
    await refused(refusal(404, 'UNION_BUNDLE_NOT_FOUND'), { url: `${union}/nobody-01/meta` })
    for (const name of ['nodes', 'NODES.ndjson', '..%2Fmeta.json', 'extra.txt']) {
      const url = `${union}/${id}/files/${name}`
      await refused(refusal(404, 'UNION_FILE_NOT_FOUND'), { url })
    }
    // The id is free there, and what comes of it stays apart.
    expect(await posted(bundleZip({ edges: '' }), { ...other, 'x-analysis-id': id })).toMatchObject({ edgeCount: 0 })
    expect((await built.ask(`${union}/${id}/files/edges.ndjson`)).text).toBe(shopEdges)
  })
})

test.each(['cg-00000000', 'short', '-begins-so', 'has spaces', 'x'.repeat(129), '../../etc/passwd'])(
  'the id %s is refused, in the header as in the bundle',
  async (id) => {
    const bad = refusal(400, 'ANALYSIS_ID_INVALID')
    await refused(bad, { url: union, body: bundleZip(), headers: { ...zip, 'x-analysis-id': id } })
    const body = bundleZip({ meta: { analysis_id: id } })
    await refused(bad, { url: union, body, headers: zip })
  },
)

test('what is told of it in the log', async () => {
  await posted(bundleZip(), { 'x-analysis-id': 'logged-001' })
  const lines = built.log.filter(({ analysisId }) => analysisId === 'logged-001')
  expect(lines).toMatchObject([{ event: 'signals.union-bundle.ingested', subjectKey: 'logged-001', files: 3 }])
  await post(Buffer.from('no archive'))
  expect(built.log.findLast(({ event }) => event === 'signals.union-bundle.refused')).toMatchObject({
    code: 'UNION_NOT_A_ZIP',
    status: 422,
    tenant: 'default',
  })
})

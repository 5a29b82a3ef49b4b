import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { evidenceProblems } from '../../src/evidence/evidence-errors.ts'
import { receiptRoutes } from '../../src/evidence/receipt-routes.ts'
import { httpProblems } from '../../src/http/http-errors.ts'
import { createHttpServer } from '../../src/http/http-server.ts'
import { LargeUploads } from '../../src/http/large-uploads.ts'
import { describeRoutes } from '../../src/http/openapi.ts'
import type { HttpServer } from '../../src/http/route.ts'
import { subjectProblems } from '../../src/identifiers/subject.ts'
import { jsonProblems } from '../../src/lib/strict-json.ts'
import { runtimeFactsProblems } from '../../src/runtime-facts/runtime-facts-errors.ts'
import { type RefusedBatch, runtimeFactsRoutes } from '../../src/runtime-facts/runtime-facts-routes.ts'
import { acme, knownCallgraph, RuntimeIngest, tenantNamed } from '../support/runtime-ingest.ts'

const problems = {
  ...httpProblems,
  ...jsonProblems,
  ...subjectProblems,
  ...evidenceProblems,
  ...runtimeFactsProblems,
}
const limits = { maxLineBytes: 1024, maxDepth: 64, maxSymbols: 100, jsonBodyBytes: 64 * 1024, rawBodyBytes: 256 * 1024 }
const fact = { version: 1, digest: `sha256:${'0'.repeat(64)}`, score: 0.5 }

let ingest: RuntimeIngest
let app: HttpServer
let hasTime: boolean
const refused: RefusedBatch[] = []
const onRefused = (batch: RefusedBatch) => void refused.push(batch)
const waited: unknown[][] = []

beforeEach(async () => {
  ingest = await RuntimeIngest.open()
  hasTime = true
  waited.length = 0
  refused.length = 0
  app = createHttpServer({ problems, connections: { requestTimeoutMs: 60_000 } })
  app.addHook('onRequest', async (request) => {
    request.tenant = tenantNamed(String(request.headers['x-stella-tenant'] ?? 'acme'))
  })
  await describeRoutes(app, { problems, version: '1' })
  const waitForFact = async (...asked: unknown[]) => {
    waited.push(asked)
    return hasTime ? fact : undefined
  }
  await app.register(runtimeFactsRoutes, {
    prefix: '/signals/runtime-facts',
    ...ingest.deps,
    limits,
    waitForFact,
    uploads: new LargeUploads({ atOnce: 4, reserved: 0 }),
    onRefused,
  })
  await app.register(receiptRoutes, { prefix: '/signals/receipts', queue: ingest.queue })
})

afterEach(async () => {
  await app.close()
  await ingest[Symbol.asyncDispose]()
})

type Headers = Readonly<Record<string, string>>

async function post(path: string, payload: string | Buffer, headers: Headers = {}) {
  const response = await app.inject({ method: 'POST', url: `/signals/runtime-facts${path}`, payload, headers })
  return { status: response.statusCode, headers: response.headers, body: response.json<Record<string, unknown>>() }
}

async function get(path: string, headers: Headers = {}) {
  return await app.inject({ url: path, headers })
}

const document = JSON.stringify({
  subject: { scanId: 'scan-1' },
  callgraphId: knownCallgraph,
  events: [{ symbolId: 'a', hitCount: 2 }],
})
const json = { 'content-type': 'application/json' }
const ndjson = { 'content-type': 'application/x-ndjson' }
const line = '{"symbolId":"a"}\n'
const address = `?callgraphId=${knownCallgraph}&scanId=scan-1`

describe('POST /signals/runtime-facts', () => {
  test('acknowledges a document with 202', async () => {
    const { status, body, headers } = await post('', document, json)
    expect(status).toBe(202)
    expect(headers['content-type']).toMatch(/^application\/json/)
    expect(body).toEqual({
      receiptId: expect.any(String),
      subjectKey: 'scan-1',
      callgraphId: knownCallgraph,
      idempotency: 'none',
      accepted: 1,
      duplicate: 0,
      rejected: 0,
      uniqueSymbols: 1,
      totalHits: 2,
      unmatchedSymbols: 0,
      traceCasUri: expect.stringMatching(/^cas:/),
      provenanceHash: expect.stringMatching(/^sha256:/),
    })
    expect(ingest.queue.rows).toHaveLength(1)
  })

  test.each([
    ['no callgraph', '{}', 400, 'CALLGRAPH_ID_REQUIRED', 'callgraphId is required'],
    [
      'no subject',
      '{"callgraphId":"cg"}',
      400,
      'SUBJECT_INVALID',
      'Subject must include scanId/imageDigest/component+version',
    ],
    [
      'no events',
      '{"callgraphId":"cg","subject":{"scanId":"s"},"events":[]}',
      400,
      'RUNTIME_FACTS_EMPTY',
      'runtime fact stream was empty',
    ],
    ['no symbol', document.replace('"symbolId":"a",', ''), 400, 'SYMBOL_ID_REQUIRED', 'symbolId is required'],
  ])('refuses a document with %s by the promised message', async (_title, payload, status, code, detail) => {
    const refused = await post('', payload, json)
    expect(refused).toMatchObject({ status, body: { code, detail, error: detail } })
    expect(refused.headers['content-type']).toBe('application/problem+json')
  })

  test('an unknown graph is 404, and the batch is to be kept', async () => {
    const refused = await post('', document.replace(knownCallgraph, 'cg-unknown'), json)
    expect(refused).toMatchObject({ status: 404, body: { code: 'CALLGRAPH_NOT_FOUND' } })
  })

  test.each(['application/x-ndjson', 'text/plain', 'application/xml'])('takes no %s', async (type) => {
    expect(await post('', document, { 'content-type': type })).toMatchObject({
      status: 415,
      body: { code: 'CONTENT_TYPE_UNSUPPORTED' },
    })
  })

  test('a body without a content type is taken for JSON, and none at all for an empty document', async () => {
    const response = await app.inject({ method: 'POST', url: '/signals/runtime-facts' })
    expect(response.json()).toMatchObject({ status: 400, code: 'CALLGRAPH_ID_REQUIRED' })
    expect((await post('', Buffer.from(document))).status).toBe(202)
  })

  test('its limit is that of documents, not of streams', async () => {
    const large = document.replace('"a"', `"a","note":"${'x'.repeat(limits.jsonBodyBytes)}"`)
    expect(await post('', large, json)).toMatchObject({ status: 413, body: { code: 'BODY_TOO_LARGE' } })
    expect(await post('', gzipSync(large), { ...json, 'content-encoding': 'gzip' })).toMatchObject({ status: 413 })
  })
})

describe('POST /signals/runtime-facts/ndjson', () => {
  test.each([
    'application/x-ndjson',
    'application/ndjson; charset=utf-8',
    'application/json',
    'application/octet-stream',
    'text/plain',
  ])('takes %s', async (type) => {
    expect(await post(`/ndjson${address}`, line, { 'content-type': type })).toMatchObject({ status: 202 })
  })

  test('takes a body without a type, and no other type', async () => {
    expect((await post(`/ndjson${address}`, Buffer.from(line))).status).toBe(202)
    expect(await post(`/ndjson${address}`, line, { 'content-type': 'application/xml' })).toMatchObject({ status: 415 })
  })

  test.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
    ['zstd', zstdCompressSync],
  ] as const)('a body in %s is the same batch, and its repeat in the clear is known', async (encoding, compress) => {
    const key = { 'idempotency-key': 'k' }
    const first = await post(`/ndjson${address}`, compress(line), { ...ndjson, ...key, 'content-encoding': encoding })
    const second = await post(`/ndjson${address}`, line, { ...ndjson, ...key })
    expect([first.status, second.status]).toEqual([202, 200])
    expect(second.body).toEqual({ ...first.body, duplicate: 1 })
  })

  test('headers say what the query leaves open', async () => {
    const headers = {
      'x-callgraph-id': knownCallgraph,
      'x-image-digest': 'sha256:1',
      'x-component': 'shop',
      'x-version': '2',
      'x-analysis-id': 'analysis-1',
      'x-source': 'agent',
    }
    expect(await post('/ndjson', line, { ...ndjson, ...headers })).toMatchObject({
      status: 202,
      body: { subjectKey: 'sha256:1' },
    })
    expect(ingest.queue.rows[0]?.evidence).toMatchObject({
      aliases: ['shop|2'],
      payload: { analysisId: 'analysis-1', source: 'agent' },
    })
    const bare = await post('/ndjson', line, { ...ndjson, callgraphid: knownCallgraph, 'x-scan-id': 'scan-9' })
    expect(bare).toMatchObject({ status: 202, body: { subjectKey: 'scan-9' } })
  })

  test('any part of a subject in the query silences the subject in headers', async () => {
    const headers = { ...ndjson, 'x-scan-id': 'from-header', 'x-version': '9' }
    const query = `?callgraphId=${knownCallgraph}&component=shop&version=2`
    expect(await post(`/ndjson${query}`, line, headers)).toMatchObject({ body: { subjectKey: 'shop|2' } })
    expect(ingest.queue.rows[0]?.evidence.aliases).toEqual([])
    const half = await post(`/ndjson?callgraphId=${knownCallgraph}&component=shop`, line, headers)
    expect(half).toMatchObject({ status: 400, body: { code: 'SUBJECT_INVALID' } })
  })

  test('keeps the good lines, unless it is strict', async () => {
    const body = `${line}{}\n`
    expect(await post(`/ndjson${address}`, body, ndjson)).toMatchObject({
      status: 202,
      body: { accepted: 1, rejected: 1 },
    })
    expect(await post(`/ndjson${address}&strict=true`, body, ndjson)).toMatchObject({
      status: 400,
      body: {
        code: 'SYMBOL_ID_REQUIRED',
        errors: [{ code: 'SYMBOL_ID_REQUIRED', line: 2, byteOffset: line.length, pointer: '/symbolId' }],
      },
    })
    expect(ingest.queue.rows).toHaveLength(1)
  })

  test.each(['&strict=yes', '&strict=true&strict=true', '&format=jfr2', '&scanId=other'])(
    'refuses the query %s',
    async (more) => {
      expect(await post(`/ndjson${address}${more}`, line, ndjson)).toMatchObject({
        status: 400,
        body: { code: 'QUERY_INVALID' },
      })
    },
  )

  test('a bad key is refused', async () => {
    expect(await post(`/ndjson${address}`, line, { ...ndjson, 'idempotency-key': 'a b' })).toMatchObject({
      status: 400,
      body: { code: 'IDEMPOTENCY_KEY_INVALID' },
    })
  })

  test('a body that inflates beyond the limit is refused, and leaves nothing', async () => {
    const bomb = gzipSync(Buffer.alloc(4 * limits.rawBodyBytes, '\n'))
    const refused = await post(`/ndjson${address}`, bomb, { ...ndjson, 'content-encoding': 'gzip' })
    expect(refused).toMatchObject({ status: 413, body: { code: 'BODY_TOO_LARGE' } })
    expect(await ingest.leftovers()).toEqual({ rows: 0, blobs: 0, files: [] })
  })

  test('a corrupt body is refused after its good lines were read, and leaves nothing', async () => {
    const cut = gzipSync(line.repeat(5000)).subarray(0, -9)
    const refused = await post(`/ndjson${address}`, cut, { ...ndjson, 'content-encoding': 'gzip' })
    expect(refused.status).toBe(400)
    expect(await ingest.leftovers()).toEqual({ rows: 0, blobs: 0, files: [] })
  })

  test('too many distinct symbols are 413', async () => {
    const body = Array.from({ length: 101 }, (_, place) => `{"symbolId":"s${place}"}`).join('\n')
    expect(await post(`/ndjson${address}`, body, ndjson)).toMatchObject({
      status: 413,
      body: { code: 'BATCH_TOO_LARGE' },
    })
  })
})

describe('a repeat', () => {
  test('is 200 with its mark, and the key is that of its route', async () => {
    const key = { 'idempotency-key': 'k' }
    const first = await post(`/ndjson${address}`, line, { ...ndjson, ...key })
    const second = await post(`/ndjson${address}`, line, { ...ndjson, ...key, prefer: 'wait=1' })
    expect(first.headers).not.toHaveProperty('idempotent-replay')
    expect(second.status).toBe(200)
    expect(second.headers['idempotent-replay']).toBe('true')
    expect(second.body).toEqual({ ...first.body, duplicate: 1 })
    expect(await post('', document, { ...json, ...key })).toMatchObject({ status: 202 })
    expect(await post('', document, { ...json, ...key })).toMatchObject({ status: 200 })
  })

  test('of a key with another body is 422', async () => {
    await post('', document, { ...json, 'idempotency-key': 'k' })
    expect(await post('', `${document} `, { ...json, 'idempotency-key': 'k' })).toMatchObject({
      status: 422,
      body: { code: 'IDEMPOTENCY_KEY_REUSED' },
    })
  })

  test('is known by its content where an agent says who it is', async () => {
    const timed = '{"symbolId":"a","observedAt":"2026-11-20T11:00:00Z"}'
    const outcomes = []
    for (const agent of ['1', '1', '2', '']) {
      outcomes.push(await post(`/ndjson${address}`, timed, { ...ndjson, 'x-agent-instance': agent }))
    }
    expect(outcomes.map(({ status }) => status)).toEqual([202, 200, 202, 202])
    expect(outcomes.map(({ body }) => body['idempotency'])).toEqual(['content', 'content', 'content', 'none'])
  })
})

describe('Prefer: wait', () => {
  test('answers with the fact when it came in time', async () => {
    const { status, headers, body } = await post('', document, { ...json, prefer: 'wait=5' })
    expect(status).toBe(202)
    expect(headers['preference-applied']).toBe('wait=5')
    expect(body['fact']).toEqual(fact)
    expect(waited).toEqual([[{ tenant: acme, subjectKey: 'scan-1' }, body['receiptId'], 5]])
  })

  test('answers without it when time ran out', async () => {
    hasTime = false
    const { status, headers, body } = await post('', document, { ...json, prefer: 'wait=5' })
    expect(status).toBe(202)
    expect(headers['preference-applied']).toBe('respond-async')
    expect(body).not.toHaveProperty('fact')
  })

  test('not said: nobody waits', async () => {
    const { headers } = await post('', document, { ...json, prefer: 'wait=soon' })
    expect(headers).not.toHaveProperty('preference-applied')
    expect(waited).toEqual([])
  })
})

describe('GET /signals/receipts/{receiptId}', () => {
  test('tells what became of a batch, with the lines that were refused', async () => {
    const { body } = await post(`/ndjson${address}`, `${line}{}\n`, ndjson)
    const path = `/signals/receipts/${String(body['receiptId'])}`
    const pending = await get(path)
    expect(pending.json()).toEqual({
      ...body,
      kind: 'runtime',
      state: 'pending',
      refused: [
        { line: 2, byteOffset: line.length, code: 'SYMBOL_ID_REQUIRED', message: 'symbolId is required', text: '{}' },
      ],
      refusedTotal: 1,
    })
    expect(pending.headers).not.toHaveProperty('etag')
    await ingest.queue.markFolded(acme, [String(body['receiptId'])], 3)
    const folded = await get(path)
    expect(folded.json()).toMatchObject({ state: 'folded', factVersion: 3 })
    const etag = String(folded.headers['etag'])
    expect((await get(path, { 'if-none-match': etag })).statusCode).toBe(304)
  })

  test('is of its tenant alone', async () => {
    const { body } = await post('', document, json)
    const other = await get(`/signals/receipts/${String(body['receiptId'])}`, { 'x-stella-tenant': 'globex' })
    expect(other.statusCode).toBe(404)
    expect(other.json()).toMatchObject({ code: 'RECEIPT_NOT_FOUND' })
  })
})

test('the OpenAPI document has the bodies and the answers of both routes', async () => {
  const { paths } = (await get('/openapi.json')).json<{ paths: Record<string, Record<string, unknown>> }>()
  expect(paths['/signals/runtime-facts']?.['post']).toMatchObject({
    operationId: 'ingestRuntimeFacts',
    requestBody: { content: { 'application/json': { schema: { required: ['subject', 'callgraphId', 'events'] } } } },
    responses: { 202: { content: { 'application/json': {} } } },
  })
  expect(paths['/signals/runtime-facts/ndjson']?.['post']).toMatchObject({
    operationId: 'ingestRuntimeFactStream',
    requestBody: { content: { 'application/x-ndjson': {} } },
  })
  expect(paths['/signals/receipts/{receiptId}']).toHaveProperty('get')
})

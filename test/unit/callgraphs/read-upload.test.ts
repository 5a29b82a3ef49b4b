import { describe, expect, test } from 'vitest'
import { type CallgraphQuery, callgraphQuery } from '../../../src/callgraphs/callgraph-upload.ts'
import { readUpload, type UploadRequest } from '../../../src/callgraphs/read-upload.ts'
import { sha256Of } from '../../../src/identifiers/digest.ts'
import { chunked } from '../../support/read-graph.ts'
import { acme } from '../../support/store-values.ts'

const graph = '{"nodes":["a"]}'
const named = { language: 'node', component: 'shop', version: '1' }
const envelope = { ...named, artifactContentBase64: Buffer.from(graph).toString('base64') }

async function read(changed: Partial<UploadRequest> & { readonly json?: unknown }) {
  const { json, ...others } = changed
  return await readUpload({
    tenant: acme,
    query: {},
    headers: {},
    body: chunked(json === undefined ? graph : JSON.stringify(json)),
    idempotencyKey: undefined,
    limits: { jsonBodyBytes: 10_000, nestingDepth: 8, requestTargets: 2 },
    ...others,
  })
}

async function readRaw(query: Partial<CallgraphQuery>, changed: Partial<UploadRequest> = {}) {
  return await read({ query: callgraphQuery.parse({ ...named, ...query }), ...changed })
}

async function contentOf({ upload }: Awaited<ReturnType<typeof read>>): Promise<string> {
  return Buffer.concat(await Array.fromAsync(upload.content)).toString()
}

describe('a raw body', () => {
  test('is the graph itself, named by its query', async () => {
    const request = await readRaw({})
    expect(await contentOf(request)).toBe(graph)
    expect(request.upload).toMatchObject({
      tenant: acme,
      ...named,
      format: 'auto',
      closedWorld: false,
      entryPoints: [],
      targets: [],
    })
    for (const absent of ['subject', 'analyzer', 'analysisId', 'root', 'metadata']) {
      expect(request.upload).not.toHaveProperty(absent)
    }
    expect(request).not.toHaveProperty('bodyDigest')
  })

  test('has all else in its query, too', async () => {
    const { upload, parameters } = await readRaw({
      format: 'pycg',
      root: '/src',
      analyzer: 'jelly',
      analyzerVersion: '2',
      entryPoint: ['main'],
      target: ['a', 'b'],
      scanId: 'scan-1',
      imageDigest: 'image',
      analysisId: 'analysis-1',
      closedWorld: 'true',
    })
    expect(upload).toMatchObject({
      format: 'pycg',
      root: '/src',
      analyzer: { name: 'jelly', version: '2' },
      entryPoints: ['main'],
      targets: ['a', 'b'],
      subject: { subject: { scanId: 'scan-1' }, subjectKey: 'scan-1', aliases: ['image'] },
      analysisId: 'analysis-1',
      closedWorld: true,
    })
    // A repeat with another subject, root or format is no repeat.
    expect(parameters).toMatchObject({ format: 'pycg', root: '/src', scanId: 'scan-1', analysisId: 'analysis-1' })
  })

  test('takes its subject’s component and version by names of their own', async () => {
    const { upload } = await readRaw({ subjectComponent: 'cart', subjectVersion: '7' })
    expect(upload.subject?.subjectKey).toBe('cart|7')
  })

  test.each([
    [{ component: undefined }, '/component'],
    [{ version: undefined }, '/version'],
  ])('without %j is refused, and told where', async (missing, pointer) => {
    const query = { ...callgraphQuery.parse(named), ...missing } as CallgraphQuery
    await expect(read({ query })).rejects.toMatchObject({ code: 'QUERY_INVALID', violations: [{ pointer }] })
  })

  test('is not read before somebody asks for its content', async () => {
    let hasBegun = false
    async function* body() {
      hasBegun = true
      yield Buffer.from(graph)
    }
    await readRaw({}, { body: body() })
    expect(hasBegun).toBe(false)
  })
})

describe('an envelope', () => {
  test('is one document that carries the graph, null being absent', async () => {
    const request = await read({
      json: {
        ...envelope,
        analyzer: { name: 'jelly', version: null, algorithm: 'RTA' },
        subject: { scanId: null, component: 'cart', version: '7' },
        root: null,
        metadata: { team: 'payments' },
        targets: ['a'],
        closedWorld: true,
      },
    })
    expect(await contentOf(request)).toBe(graph)
    expect(request.upload).toMatchObject({
      ...named,
      format: 'auto',
      analyzer: { name: 'jelly', algorithm: 'RTA' },
      subject: { subjectKey: 'cart|7' },
      metadata: { team: 'payments' },
      targets: ['a'],
      closedWorld: true,
    })
    expect(request.upload).not.toHaveProperty('root')
    expect(request.upload.analyzer).not.toHaveProperty('version')
  })

  test('is compared with its repeats as a whole', async () => {
    const { bodyDigest, parameters } = await read({ json: envelope, idempotencyKey: 'key-1' })
    expect(bodyDigest).toBe(sha256Of(JSON.stringify(envelope)))
    expect(parameters).toEqual({})
  })

  test.each([
    ['URL alphabet', '_-8='],
    ['no padding', 'YQ'],
    ['too much padding', 'YQ==='],
    ['a space', 'YW Jj'],
    ['bits behind the end', 'YR=='],
    ['nothing', ''],
  ])('with base64 that is not strict is refused: %s', async (_what, artifactContentBase64) => {
    await expect(read({ json: { ...envelope, artifactContentBase64 } })).rejects.toMatchObject({
      code: 'CALLGRAPH_MALFORMED',
      violations: [{ pointer: '/artifactContentBase64' }],
    })
  })

  test('with a query, but no language in it, is refused: a raw graph may have been meant', async () => {
    await expect(read({ query: { scanId: 's' }, json: envelope })).rejects.toMatchObject({
      code: 'QUERY_INVALID',
      violations: [{ pointer: '/language' }],
    })
  })

  test.each([
    ['an empty body', { body: chunked('') }, 'REQUEST_INVALID'],
    ['a member said twice', { body: chunked('{"language":"a","language":"b"}') }, 'JSON_DUPLICATE_MEMBER'],
    ['a member that nobody knows', { json: { ...envelope, colour: 'red' } }, 'REQUEST_INVALID'],
    ['a body beyond the limit', { json: { ...envelope, root: 'x'.repeat(10_000) } }, 'BODY_TOO_LARGE'],
    ['a subject without a name', { json: { ...envelope, subject: {} } }, 'SUBJECT_INVALID'],
  ])('%s is refused', async (_what, changed, code) => {
    const outcome = await read(changed).catch((error: unknown) => error)
    expect(outcome).toMatchObject({ code })
  })
})

describe('by either way', () => {
  test('a request may have as many targets as are allowed', async () => {
    const targets = ['a', 'b']
    await expect(readRaw({ target: targets })).resolves.toBeDefined()
    await expect(read({ json: { ...envelope, targets } })).resolves.toBeDefined()
  })

  test('a request with one target more is refused', async () => {
    const targets = ['a', 'b', 'c']
    const raw = { code: 'QUERY_INVALID', violations: [{ pointer: '/target' }] }
    const whole = { code: 'REQUEST_INVALID', violations: [{ pointer: '/targets' }] }
    await expect(readRaw({ target: targets })).rejects.toMatchObject(raw)
    await expect(read({ json: { ...envelope, targets } })).rejects.toMatchObject(whole)
  })

  test('the analysis may stand in a header, and what is said beside the graph wins', async () => {
    const headers = { 'x-analysis-id': 'from-header' }
    const idOf = async (request: ReturnType<typeof read>) => (await request).upload.analysisId
    expect(await idOf(readRaw({}, { headers }))).toBe('from-header')
    expect(await idOf(readRaw({ analysisId: 'from-query' }, { headers }))).toBe('from-query')
    expect(await idOf(read({ json: envelope, headers }))).toBe('from-header')
    expect(await idOf(read({ json: { ...envelope, analysisId: 'from-body' }, headers }))).toBe('from-body')
    expect(await idOf(readRaw({}, { headers: { 'x-analysis-id': '' } }))).toBeUndefined()
  })

  test('an analysis that may not be called so is refused', async () => {
    const headers = { 'x-analysis-id': '../../etc' }
    await expect(readRaw({}, { headers })).rejects.toMatchObject({ code: 'REQUEST_INVALID' })
  })
})

import { connect, type Socket } from 'node:net'
import { availableParallelism } from 'node:os'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { type BuiltApp, openApp } from '../support/build-app.ts'
import { bundleEntries, linesOf, shop, shopEdges, shopNodes } from '../support/made-bundles.ts'
import { makeZip, type ZipEntry } from '../support/make-zip.ts'
import { postGraph, smallGraph } from '../support/posted-graph.ts'
import { expectRefusal, type Refusal } from '../support/refusals.ts'

const limits = {
  jsonBodyBytes: 2 * 1024 * 1024,
  rawBodyBytes: 3 * 1024 * 1024,
  unionBytes: 4_000,
  unionInflatedBytes: 4_000,
  unionEntries: 5,
  unionMetaBytes: 1_100,
  lineBytes: 2_000,
  nestingDepth: 8,
  graphNodes: 20,
  graphEdges: 10,
  batchSymbols: 9,
  subjectSymbols: 6,
  requestTargets: 4,
  subjectTargets: 6,
  requestUnknowns: 3,
  uploadsPerCore: 1,
  queuedFolds: 2,
}
const zip = { 'content-type': 'application/zip' }
const json = { 'content-type': 'application/json' }
const named = '/signals/callgraphs?language=node&component=shop&version=1'

let built: BuiltApp
let graph: string

beforeAll(async () => {
  built = await openApp({ limits })
  graph = await postGraph(built, { scanId: 's1', target: 'b' })
})
afterAll(() => built[Symbol.asyncDispose]())

function refusal(status: number, code: string, place?: Refusal['place']): Refusal {
  return { title: '', status, code, ...(place && { place }) }
}

function eventsOf(symbols: readonly string[]): string {
  return symbols.map((symbolId) => JSON.stringify({ symbolId })).join('\n')
}

function manyFacts(count: number): string {
  return linesOf(numbered('s', count).map((symbolId) => ({ symbolId })))
}

function numbered(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, number) => `${prefix}${number}`)
}

function streamTo(scanId: string): string {
  return `/signals/runtime-facts/ndjson?callgraphId=${graph}&scanId=${scanId}`
}

function nested(depth: number): string {
  return '['.repeat(depth) + ']'.repeat(depth)
}

describe('a limit that is configured holds', () => {
  test('for the length of a JSON body, on every route that takes one', async () => {
    const body = JSON.stringify({ x: 'x'.repeat(limits.jsonBodyBytes) })
    const routes = [
      '/signals/callgraphs',
      '/signals/runtime-facts',
      '/signals/reachability/recompute',
      '/signals/unknowns',
    ]
    for (const url of routes) await expectRefusal(built, refusal(413, 'BODY_TOO_LARGE'), { url, body, headers: json })
  })

  test('for the length of a stream and of a raw graph', async () => {
    const body = ' '.repeat(limits.rawBodyBytes + 1)
    for (const url of [named, streamTo('s1')]) {
      await expectRefusal(built, refusal(413, 'BODY_TOO_LARGE'), { url, body })
    }
  })

  test('for the length of a line, which is then refused alone', async () => {
    const long = JSON.stringify({ symbolId: 'a', note: 'x'.repeat(limits.lineBytes) })
    const url = streamTo('lines')
    const { status, body } = await built.ask(url, { body: `{"symbolId":"a"}\n${long}\n` })
    expect({ status, accepted: body['accepted'], rejected: body['rejected'] }).toEqual({
      status: 202,
      accepted: 1,
      rejected: 1,
    })
    const place = { code: 'LINE_TOO_LONG', line: 2, byteOffset: 17 }
    const strict = { url: `${url}&strict=true`, body: `{"symbolId":"a"}\n${long}\n` }
    await built.settled()
    await expectRefusal(built, refusal(400, 'LINE_TOO_LONG', place), strict)
  })

  test('for nesting, wherever JSON is read', async () => {
    const { nestingDepth } = limits
    const event = (depth: number) => `{"symbolId":"a","x":${nested(depth)}}`
    const tooDeep = refusal(400, 'JSON_TOO_DEEP')
    await expectRefusal(built, tooDeep, { url: streamTo('deep'), body: event(nestingDepth) })
    await expectRefusal(built, tooDeep, { url: streamTo('deep'), body: `[${event(nestingDepth - 1)}]` })
    const document = (depth: number) =>
      `{"subject":{"scanId":"deep"},"callgraphId":"${graph}","events":[${event(depth)}]}`
    const documented = { url: '/signals/runtime-facts', body: document(nestingDepth - 2), headers: json }
    await expectRefusal(built, tooDeep, documented)
    for (const url of ['/signals/callgraphs', '/signals/reachability/recompute', '/signals/unknowns']) {
      await expectRefusal(built, tooDeep, { url, body: `{"metadata":${nested(nestingDepth)}}`, headers: json })
    }
    const place = { code: 'JSON_TOO_DEEP', byteOffset: 13 + nestingDepth - 1 }
    const deepGraph = { url: named, body: `{"nodes":["a"],"x":${nested(nestingDepth)}}` }
    await expectRefusal(
      built,
      refusal(400, 'CALLGRAPH_MALFORMED', { ...place, byteOffset: expect.any(Number) }),
      deepGraph,
    )
    const within = [
      { url: streamTo('deep'), body: event(nestingDepth - 1) },
      { url: streamTo('deep'), body: `[${event(nestingDepth - 2)}]` },
      { url: '/signals/runtime-facts', body: document(nestingDepth - 3), headers: json },
      { url: named, body: `{"nodes":["a"],"x":${nested(nestingDepth - 1)}}` },
    ]
    for (const { url, ...asked } of within) expect(await built.ask(url, asked)).toMatchObject({ status: 202 })
    await built.settled()
  })

  test('for the nodes and edges of a graph', async () => {
    const nodes = JSON.stringify({ nodes: numbered('n', limits.graphNodes + 1) })
    await expectRefusal(built, refusal(413, 'CALLGRAPH_TOO_LARGE'), { url: named, body: nodes })
    const edges = numbered('n', limits.graphEdges + 1).map((to) => ({ from: 'a', to }))
    const body = JSON.stringify({ nodes: ['a'], edges })
    await expectRefusal(built, refusal(413, 'CALLGRAPH_TOO_LARGE'), { url: named, body })
  })

  test('for the bytes, entries, meta and lines of a union bundle', async () => {
    const entries = bundleEntries({ ...shop, facts: '' })
    const of = (...more: ZipEntry[]): Buffer => makeZip([...entries, ...more])
    const event = JSON.stringify({ symbol_id: 'x'.repeat(1_900), hit_count: 1, process_name: 'y'.repeat(100) })
    const refusals: [string, number, Buffer][] = [
      ['BODY_TOO_LARGE', 413, Buffer.concat([of(), Buffer.alloc(limits.unionBytes)])],
      [
        'UNION_TOO_LARGE',
        413,
        makeZip(bundleEntries({ ...shop, nodes: shopNodes + ' '.repeat(limits.unionInflatedBytes) })),
      ],
      ['UNION_TOO_MANY_ENTRIES', 413, of({ name: 'x', content: '' }, { name: 'y', content: '' })],
      ['UNION_META_TOO_LARGE', 413, makeZip(bundleEntries({ ...shop, meta: { note: 'x'.repeat(1_100) } }))],
      ['UNION_LINE_INVALID', 422, makeZip(bundleEntries({ ...shop, facts: event }))],
      ['BATCH_TOO_LARGE', 413, makeZip(bundleEntries({ ...shop, facts: manyFacts(limits.batchSymbols + 1) }))],
      ['CALLGRAPH_TOO_LARGE', 413, makeZip(bundleEntries({ nodes: shopNodes, edges: shopEdges.repeat(4) }))],
      ['SUBJECT_TOO_LARGE', 409, makeZip(bundleEntries({ ...shop, facts: manyFacts(limits.subjectSymbols + 1) }))],
    ]
    for (const [code, status, body] of refusals) {
      await expectRefusal(built, refusal(status, code), { url: '/signals/reachability/union', body, headers: zip })
    }
    const sound = await built.ask('/signals/reachability/union', { body: of(), headers: zip })
    expect(sound).toMatchObject({ status: 202 })
  })

  test('for the symbols of a batch', async () => {
    const body = eventsOf(numbered('s', limits.batchSymbols + 1))
    await expectRefusal(built, refusal(413, 'BATCH_TOO_LARGE'), { url: streamTo('s1'), body })
  })

  test('for the targets of a request, in a query, an envelope and a recompute', async () => {
    const targets = numbered('t', limits.requestTargets + 1)
    const query = targets.map((target) => `&target=${target}`).join('')
    const raw = { url: `${named}&scanId=s1${query}`, body: smallGraph }
    await expectRefusal(built, refusal(400, 'QUERY_INVALID', { pointer: '/target' }), raw)
    const artifactContentBase64 = Buffer.from(smallGraph).toString('base64')
    const envelope = { language: 'node', component: 'shop', version: '1', artifactContentBase64, targets }
    const place = refusal(400, 'REQUEST_INVALID', { pointer: '/targets' })
    await expectRefusal(built, place, { url: '/signals/callgraphs', body: JSON.stringify(envelope), headers: json })
    const recompute = JSON.stringify({ subject: { scanId: 's1' }, targets })
    await expectRefusal(built, place, { url: '/signals/reachability/recompute', body: recompute, headers: json })
  })

  test('for the unknowns of a request', async () => {
    const unknowns = numbered('u', limits.requestUnknowns + 1).map((symbolId) => ({ symbolId }))
    const body = JSON.stringify({ subject: { scanId: 's1' }, callgraphId: graph, unknowns })
    const place = refusal(400, 'REQUEST_INVALID', { pointer: '/unknowns' })
    await expectRefusal(built, place, { url: '/signals/unknowns', body, headers: json })
  })
})

describe('a subject that is full', () => {
  const full = refusal(409, 'SUBJECT_TOO_LARGE')

  test('takes no further batch, and is no worse for having been asked', async () => {
    const url = streamTo('full-of-symbols')
    const body = eventsOf(numbered('s', limits.subjectSymbols))
    expect(await built.ask(url, { body, headers: { prefer: 'wait=30' } })).toMatchObject({ status: 202 })
    await built.settled()
    await expectRefusal(built, full, { url, body: eventsOf(['one-more']) })
    expect((await built.ask('/signals/facts/full-of-symbols')).headers['signals-pending']).toBe('0')
  })

  test('or would be by one batch alone, takes none of it', async () => {
    const body = eventsOf(numbered('s', limits.subjectSymbols + 1))
    await expectRefusal(built, full, { url: streamTo('never-seen'), body })
  })

  test('takes no further targets with a graph, but the graph without them', async () => {
    for (const targets of ['&target=t0&target=t1&target=t2', '&target=t3&target=t4&target=t5']) {
      const url = `${named}&scanId=full-of-targets${targets}`
      expect(await built.ask(url, { body: smallGraph, headers: { prefer: 'wait=30' } })).toMatchObject({ status: 202 })
      await built.settled()
    }
    await expectRefusal(built, full, { url: `${named}&scanId=full-of-targets&target=t9`, body: smallGraph })
    const without = await built.ask(`${named}&scanId=full-of-targets`, { body: smallGraph })
    expect(without).toMatchObject({ status: 202 })
    await built.settled()
  })
})

describe('while too many folds wait', () => {
  test('evidence is refused for a while, and what needs no fold is not', async () => {
    const waiting = vi.spyOn(built.context.folding, 'waiting', 'get').mockReturnValue(limits.queuedFolds)
    onTestFinished(() => waiting.mockRestore())
    const later = refusal(503, 'FOLDS_EXHAUSTED')
    const document = { subject: { scanId: 's1' }, callgraphId: graph }
    const posts = [
      { url: streamTo('s1'), body: eventsOf(['a']) },
      { url: '/signals/runtime-facts', body: JSON.stringify({ ...document, events: [{ symbolId: 'a' }] }) },
      { url: `${named}&scanId=s1`, body: smallGraph },
      { url: '/signals/reachability/recompute', body: JSON.stringify({ subject: document.subject, targets: ['a'] }) },
      { url: '/signals/unknowns', body: JSON.stringify({ ...document, unknowns: [{ symbolId: 'x' }] }) },
    ]
    for (const { url, body } of posts) {
      const { headers } = await expectRefusal(built, later, { url, body, headers: json })
      expect(headers['retry-after']).toBe('5')
    }
    const body = makeZip(bundleEntries(shop))
    await expectRefusal(built, later, { url: '/signals/reachability/union', body, headers: zip })
    expect(await built.ask(named, { body: smallGraph })).toMatchObject({ status: 202 })
    waiting.mockReturnValue(limits.queuedFolds - 1)
    expect(await built.ask(streamTo('s1'), { body: eventsOf(['a']) })).toMatchObject({ status: 202 })
    await built.settled()
  })
})

describe('large uploads', () => {
  const large = 1024 * 1024 + 64 * 1024

  /** An upload that has sent so much that it counts as large, and then says no more. */
  async function stalledUpload(port: number, url: string): Promise<Socket> {
    const socket = connect(port, '127.0.0.1')
    onTestFinished(() => void socket.destroy())
    socket.write(`POST ${url} HTTP/1.1\r\nhost: x\r\ncontent-length: ${2 * large}\r\n\r\n`)
    await new Promise((resolve) => socket.write(Buffer.alloc(large, '\n'), resolve))
    return socket
  }

  test('are so many at once and no more; small ones pass them, and a place that is left is free again', async () => {
    const { port } = await built.listen()
    const url = streamTo('uploads')
    const atOnce = limits.uploadsPerCore * availableParallelism()
    const uploads: Socket[] = []
    while (uploads.length < atOnce) uploads.push(await stalledUpload(port, url))
    const body = Buffer.alloc(large, '\n')
    const exhausted = refusal(503, 'UPLOADS_EXHAUSTED')
    await vi.waitFor(async () => expect((await built.ask(url, { body })).status).toBe(503), { timeout: 20_000 })
    await expectRefusal(built, exhausted, { url: named, body })
    await expectRefusal(built, exhausted, { url: '/signals/unknowns', body, headers: json })
    expect(await built.ask(url, { body: eventsOf(['a']) })).toMatchObject({ status: 202 })
    uploads[0]?.destroy()
    await vi.waitFor(async () => expect((await built.ask(url, { body })).status).toBe(400), { timeout: 20_000 })
    await built.settled()
  })
})

test('many small graphs at once are all read', async () => {
  const answers = await Promise.all(
    Array.from({ length: 24 }, (_, number) => built.ask(`${named}.${number}`, { body: smallGraph })),
  )
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 202))
})

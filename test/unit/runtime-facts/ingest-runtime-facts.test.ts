import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readArchive } from '../../../src/cas/archive.ts'
import { parseCasUri } from '../../../src/cas/cas-uri.ts'
import { ServiceError } from '../../../src/errors.ts'
import type { Acknowledgement } from '../../../src/evidence/idempotency.ts'
import { sha256Of } from '../../../src/identifiers/digest.ts'
import { canonicalJson } from '../../../src/lib/canonical-json.ts'
import { ingestStreamedFacts, ingestStructuredFacts } from '../../../src/runtime-facts/ingest-runtime-facts.ts'
import { latch } from '../../support/latch.ts'
import {
  acme,
  chunksOf,
  knownCallgraph,
  RuntimeIngest,
  streamed,
  structured,
  tenantNamed,
} from '../../support/runtime-ingest.ts'

let ingest: RuntimeIngest

beforeEach(async () => {
  ingest = await RuntimeIngest.open()
})

afterEach(() => ingest[Symbol.asyncDispose]())

const nothing = { rows: 0, blobs: 0, files: [] }
const timed = '"observedAt":"2026-11-20T11:00:00.000Z"'
const line = `{"symbolId":"a",${timed}}`

async function traceOf({ answer }: Acknowledgement): Promise<Record<string, string>> {
  const key = parseCasUri(acme, String(answer['traceCasUri']))
  if (!key) throw new Error('the answer has no URI of a trace')
  const files: Record<string, string> = {}
  for await (const { name, content } of readArchive(ingest.content.readStream(key), {
    maxEntries: 9,
    maxBytes: 2 ** 30,
  })) {
    files[name] = Buffer.concat(await Array.fromAsync(content)).toString('utf8')
  }
  return files
}

function payloadOf(row: number) {
  const payload = ingest.queue.rows[row]?.evidence.payload
  if (payload?.kind !== 'runtime') throw new Error('there is no such row')
  return payload
}

describe('a stream of events', () => {
  test('is answered with what was kept of it, and is durable with its receipt', async () => {
    const body = `${line}\n{"symbol_id":"unmatched","hit_count":4}\n${line}\n{"hitCount":1}`
    const { isReplay, answer } = await ingestStreamedFacts(ingest.deps, streamed(body))
    expect(isReplay).toBe(false)
    expect(answer).toEqual({
      receiptId: '0190f000-0000-7000-8000-000000000001',
      subjectKey: 'scan-1',
      callgraphId: knownCallgraph,
      idempotency: 'none',
      accepted: 3,
      duplicate: 0,
      rejected: 1,
      uniqueSymbols: 2,
      totalHits: 6,
      unmatchedSymbols: 1,
      traceCasUri: expect.stringMatching(/^cas:\/\/runtime_traces\/([0-9a-f]{2})\/\1[0-9a-f]{62}\.tar\.zst$/),
      provenanceHash: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    })
    expect(ingest.queue.rows.map(({ evidence }) => evidence)).toEqual([
      {
        id: answer['receiptId'],
        tenant: 'acme',
        subject: { scanId: 'scan-1' },
        subjectKey: 'scan-1',
        aliases: [],
        receivedAt: '2026-11-20T12:00:00.000Z',
        payload: expect.objectContaining({
          kind: 'runtime',
          callgraphId: knownCallgraph,
          hits: [
            {
              symbolId: 'a',
              hitCount: 2,
              firstObservedAt: '2026-11-20T11:00:00.000Z',
              observedAt: '2026-11-20T11:00:00.000Z',
            },
            { symbolId: 'unmatched', hitCount: 4 },
          ],
          source: 'runtime',
        }),
        receipt: {
          receiptId: answer['receiptId'],
          kind: 'runtime',
          answer,
          refused: [
            {
              line: 4,
              byteOffset: 2 * (line.length + 1) + '{"symbol_id":"unmatched","hit_count":4}\n'.length,
              code: 'SYMBOL_ID_REQUIRED',
              message: 'symbolId is required',
              text: '{"hitCount":1}',
            },
          ],
          refusedTotal: 1,
        },
      },
    ])
    expect(ingest.appended).toEqual(['acme/scan-1'])
    expect((await ingest.leftovers()).files).toEqual([])
  })

  test('leaves a trace of the accepted events, in the order received, with its stamps', async () => {
    const body = `{"symbol_id":"b","metadata":{"k":"v"}}\n{}\n${line}`
    const said = {
      callgraphId: knownCallgraph,
      subject: { scanId: 'scan-1', imageDigest: 'sha256:1' },
      analysisId: 'analysis-1',
      observedFrom: '2026-11-20T12:00:00+01:00',
      observedTo: '2026-11-20T12:00:00Z',
      source: 'ebpf-agent',
    }
    const acknowledged = await ingestStreamedFacts(ingest.deps, streamed(body, { said }))
    const files = await traceOf(acknowledged)
    expect(files['events.ndjson']).toBe(
      '{"hitCount":1,"metadata":{"k":"v"},"symbolId":"b"}\n' +
        '{"hitCount":1,"observedAt":"2026-11-20T11:00:00.000Z","symbolId":"a"}\n',
    )
    const meta = files['meta.json'] ?? ''
    expect(JSON.parse(meta)).toEqual({
      schema: 'signals.runtime-trace.v1',
      receiptId: acknowledged.answer['receiptId'],
      subject: { scanId: 'scan-1' },
      subjectKey: 'scan-1',
      aliases: ['sha256:1'],
      callgraphId: knownCallgraph,
      analysisId: 'analysis-1',
      observation: { from: '2026-11-20T11:00:00.000Z', to: '2026-11-20T12:00:00.000Z' },
      accepted: 2,
      bodyDigest: sha256Of(body),
      metadata: {
        'provenance.source': 'ebpf-agent',
        'provenance.ingestedAt': '2026-11-20T12:00:00.000Z',
        'provenance.callgraphId': knownCallgraph,
      },
    })
    expect(sha256Of(files['feed.json'] ?? '')).toBe(acknowledged.answer['provenanceHash'])
    expect(payloadOf(0)).toMatchObject({
      source: 'ebpf-agent',
      analysisId: 'analysis-1',
      window: { from: '2026-11-20T11:00:00.000Z', to: '2026-11-20T12:00:00.000Z' },
    })
  })

  test('that is large is spooled to disk, and leaves its hits in the content store', async () => {
    const events = Array.from({ length: 30_000 }, (_, place) => ({ symbolId: `symbol-${place % 7000}-é`, codeId: 'c' }))
    const body = events.map((event) => JSON.stringify(event)).join('\n')
    const acknowledged = await ingestStreamedFacts(ingest.deps, streamed(body))
    expect(acknowledged.answer).toMatchObject({ accepted: 30_000, uniqueSymbols: 7000, totalHits: 30_000 })
    const { hits, hitsDigest } = payloadOf(0)
    expect(hits).toEqual([])
    if (hitsDigest === undefined) throw new Error('large hits are named by their digest')
    const bytes = await ingest.content.readBytes(acme, 'reachability_facts', hitsDigest, '.json.zst')
    const stored = JSON.parse(bytes.toString('utf8'))
    expect(bytes.toString('utf8')).toBe(canonicalJson(stored))
    expect(stored).toHaveLength(7000)
    expect(stored[0]).toEqual({ symbolId: 'symbol-0-é', hitCount: 5, codeIds: ['c'] })
    const trace = await traceOf(acknowledged)
    expect(trace['events.ndjson']?.split('\n')).toHaveLength(30_001)
    expect((await ingest.leftovers()).files).toEqual([])
  })

  test('of 500 symbols is kept in the evidence, of 501 in the content store', async () => {
    const bodyOf = (count: number): string =>
      Array.from({ length: count }, (_, place) => `{"symbolId":"s${place}"}`).join('\n')
    await ingestStreamedFacts(ingest.deps, streamed(bodyOf(500)))
    await ingestStreamedFacts(ingest.deps, streamed(bodyOf(501)))
    expect(payloadOf(0).hits).toHaveLength(500)
    expect(payloadOf(0)).not.toHaveProperty('hitsDigest')
    expect(payloadOf(1)).toMatchObject({ hits: [], hitsDigest: expect.stringMatching(/^sha256:/) })
  })

  test('takes its source from the metadata of its events, then from its header', async () => {
    const withSource = '{"symbolId":"a","metadata":{"provenance.source":"agent-b"}}'
    const other = '{"symbolId":"a","metadata":{"provenance.source":"agent-a"}}'
    await ingestStreamedFacts(ingest.deps, streamed(`${withSource}\n${other}`))
    expect(payloadOf(0).source).toBe('agent-a')
  })

  test('lists the first 1,000 refused lines and counts them all', async () => {
    const body = `{"symbolId":"good"}\n${'bad\n'.repeat(1500)}`
    const { answer } = await ingestStreamedFacts(ingest.deps, streamed(body))
    expect(answer).toMatchObject({ accepted: 1, rejected: 1500 })
    const receipt = ingest.queue.rows[0]?.evidence.receipt
    expect(receipt?.refusedTotal).toBe(1500)
    expect(receipt?.refused).toHaveLength(1000)
    expect(receipt?.refused.at(-1)).toMatchObject({ line: 1001, text: 'bad' })
  })

  test('says so when a sum stops at the largest number', async () => {
    const { answer } = await ingestStreamedFacts(
      ingest.deps,
      streamed('{"symbolId":"a","hitCount":9007199254740991}\n{"symbolId":"a"}'),
    )
    expect(answer).toMatchObject({ totalHits: Number.MAX_SAFE_INTEGER, saturated: true })
  })
})

describe('a stream that is refused leaves nothing, and says why in the promised order', () => {
  const refusals = {
    'no callgraph, before no subject': [
      streamed('', { said: {} }),
      { code: 'CALLGRAPH_ID_REQUIRED', message: 'callgraphId is required' },
    ],
    'a blank callgraph': [
      streamed(line, { said: { callgraphId: ' ', subject: { scanId: 's' } } }),
      { code: 'CALLGRAPH_ID_REQUIRED' },
    ],
    'no subject, before no event': [
      streamed('', { said: { callgraphId: 'cg-unknown' } }),
      { code: 'SUBJECT_INVALID', message: 'Subject must include scanId/imageDigest/component+version' },
    ],
    'no event, before an unknown graph': [
      streamed(' \n\n', { said: { callgraphId: 'cg-unknown', subject: { scanId: 's' } } }),
      { code: 'RUNTIME_FACTS_EMPTY', message: 'runtime fact stream was empty' },
    ],
    'an empty array': [streamed('[]'), { code: 'RUNTIME_FACTS_EMPTY' }],
    'no good event': [
      streamed('{}\n{"hitCount":0}'),
      {
        code: 'SYMBOL_ID_REQUIRED',
        message: 'symbolId is required',
        violations: [expect.objectContaining({ line: 1 }), expect.objectContaining({ line: 2, pointer: '/hitCount' })],
      },
    ],
    'one bad event, when strict': [
      streamed(`${line}\nx\n${line}`, { isStrict: true }),
      { code: 'JSON_MALFORMED', violations: [expect.objectContaining({ line: 2, byteOffset: line.length + 1 })] },
    ],
    'an unknown graph': [
      streamed(line, { said: { callgraphId: 'cg-unknown', subject: { scanId: 's' } } }),
      { code: 'CALLGRAPH_NOT_FOUND' },
    ],
    'half a window': [
      streamed(line, {
        said: { callgraphId: knownCallgraph, subject: { scanId: 's' }, observedFrom: '2026-11-20T12:00:00Z' },
      }),
      { code: 'OBSERVATION_INVALID' },
    ],
    'a window that ends before it begins': [
      streamed(line, {
        said: {
          callgraphId: knownCallgraph,
          subject: { scanId: 's' },
          observedFrom: '2026-11-20T12:00:00Z',
          observedTo: '2026-11-20T12:00:00+01:00',
        },
      }),
      { code: 'OBSERVATION_INVALID' },
    ],
    'a control character in the analysis': [
      streamed(line, { said: { callgraphId: knownCallgraph, subject: { scanId: 's' }, analysisId: 'a\u0007b' } }),
      { code: 'ENVELOPE_INVALID' },
    ],
  } as const

  test.each(Object.entries(refusals))('%s', async (_title, [request, refusal]) => {
    await expect(
      ingestStreamedFacts(ingest.deps, { ...request, body: await rewound(request.body) }),
    ).rejects.toMatchObject(refusal)
    expect(await ingest.leftovers()).toEqual(nothing)
    expect(ingest.appended).toEqual([])
  })

  // The table is shared by tests that run more than once; a generator is read once.
  async function rewound(body: AsyncIterable<Buffer>): Promise<AsyncIterable<Buffer>> {
    return chunksOf(Buffer.concat(await Array.fromAsync(body)))
  }

  test('too many distinct symbols, after much was spooled', async () => {
    const limited = { ...ingest.deps, limits: { ...ingest.deps.limits, maxSymbols: 20_000 } }
    const body = Array.from({ length: 30_000 }, (_, place) => `{"symbolId":"a-rather-long-name-${place}"}`).join('\n')
    await expect(ingestStreamedFacts(limited, streamed(body))).rejects.toMatchObject({ code: 'BATCH_TOO_LARGE' })
    expect(await ingest.leftovers()).toEqual(nothing)
  })

  test('a body that breaks off', async () => {
    async function* broken(): AsyncGenerator<Buffer> {
      yield Buffer.from(`${line}\n`.repeat(40_000))
      throw new Error('connection lost')
    }
    await expect(ingestStreamedFacts(ingest.deps, streamed('', { body: broken() }))).rejects.toThrow('connection lost')
    expect(await ingest.leftovers()).toEqual(nothing)
  })

  test('a store that fails leaves no row and no file, and asks for no fold', async () => {
    const append = () => Promise.reject(new Error('store is away'))
    const deps = { ...ingest.deps, queue: { findClaim: ingest.queue.findClaim.bind(ingest.queue), append } }
    await expect(ingestStreamedFacts(deps, streamed(line))).rejects.toThrow('store is away')
    expect(await ingest.leftovers()).toMatchObject({ rows: 0, files: [] })
    expect(ingest.appended).toEqual([])
  })
})

describe('a structured body', () => {
  const document = {
    subject: { imageDigest: 'sha256:1', component: 'shop', version: '2' },
    callgraphId: knownCallgraph,
    events: [{ symbolId: 'a', hitCount: 2, observedAt: '2026-11-20T11:00:00Z' }],
    observation: { from: '2026-11-20T10:00:00Z', to: '2026-11-20T11:00:00Z', dropped: 3 },
    analysisId: 'analysis-1',
    metadata: { 'provenance.source': 'agent', team: 'blue' },
  }

  test('is kept with its envelope', async () => {
    const { answer } = await ingestStructuredFacts(ingest.deps, structured(document, { source: 'header' }))
    expect(answer).toMatchObject({ subjectKey: 'sha256:1', accepted: 1, rejected: 0, totalHits: 2 })
    expect(ingest.queue.rows[0]?.evidence).toMatchObject({ subject: { imageDigest: 'sha256:1' }, aliases: ['shop|2'] })
    expect(payloadOf(0)).toMatchObject({
      source: 'agent',
      analysisId: 'analysis-1',
      window: { from: '2026-11-20T10:00:00.000Z', to: '2026-11-20T11:00:00.000Z', dropped: 3 },
      metadata: document.metadata,
    })
  })

  test('may be written in snake_case throughout, and null is absent', async () => {
    const snake = {
      subject: { scan_id: 'scan-1', image_digest: 'sha256:1', component: null },
      callgraph_id: knownCallgraph,
      analysis_id: 'analysis-1',
      observation: null,
      metadata: null,
      events: [{ symbol_id: 'a' }],
    }
    const { answer } = await ingestStructuredFacts(ingest.deps, structured(snake, { source: 'header' }))
    expect(answer).toMatchObject({ subjectKey: 'scan-1' })
    expect(payloadOf(0)).toMatchObject({ source: 'header', analysisId: 'analysis-1' })
  })

  const twice = JSON.stringify(document).replace('"events"', '"callgraphId":"x","events"')
  test.each([
    ['nothing at all', '', 'CALLGRAPH_ID_REQUIRED', '/callgraphId'],
    ['an empty object', {}, 'CALLGRAPH_ID_REQUIRED', '/callgraphId'],
    ['no subject', { callgraphId: 'cg' }, 'SUBJECT_INVALID', undefined],
    ['no events', { callgraphId: 'cg', subject: { scanId: 's' } }, 'RUNTIME_FACTS_EMPTY', undefined],
    ['empty events', { callgraphId: 'cg', subject: { scanId: 's' }, events: [] }, 'RUNTIME_FACTS_EMPTY', undefined],
    ['an unknown graph', { ...document, callgraphId: 'cg' }, 'CALLGRAPH_NOT_FOUND', undefined],
    ['a list', [document], 'FIELD_TYPE_INVALID', ''],
    ['an unknown member', { ...document, extra: 1 }, 'MEMBER_UNKNOWN', '/extra'],
    [
      'an unknown part of the subject',
      { ...document, subject: { scanId: 's', host: 'h' } },
      'MEMBER_UNKNOWN',
      '/subject/host',
    ],
    ['a member in two spellings', { ...document, callgraph_id: 'x' }, 'FIELD_SAID_TWICE', '/callgraph_id'],
    ['a member said twice', twice, 'JSON_DUPLICATE_MEMBER', '/callgraphId'],
    ['a subject that is text', { ...document, subject: 's' }, 'FIELD_TYPE_INVALID', '/subject'],
    [
      'a control character in a subject',
      { ...document, subject: { scanId: 'a\u0000' } },
      'FIELD_CHARACTER_INVALID',
      '/subject/scanId',
    ],
    ['a bar in a subject', { ...document, subject: { scanId: 'a|b' } }, 'SUBJECT_INVALID', '/subject/scanId'],
    ['events that are no list', { ...document, events: {} }, 'FIELD_TYPE_INVALID', '/events'],
    [
      'a window without an end',
      { ...document, observation: { from: '2026-11-20T10:00:00Z' } },
      'OBSERVATION_INVALID',
      undefined,
    ],
    [
      'a negative number of dropped events',
      { ...document, observation: { dropped: -1 } },
      'FIELD_TYPE_INVALID',
      '/observation/dropped',
    ],
    ['metadata that is no map', { ...document, metadata: 'x' }, 'FIELD_TYPE_INVALID', '/metadata'],
    ['broken JSON', '{"callgraphId":', 'JSON_MALFORMED', '/callgraphId'],
  ])('with %s is refused whole', async (_title, body, code, pointer) => {
    const refused = await ingestStructuredFacts(ingest.deps, structured(body)).catch((error: unknown) => error)
    expect(refused).toMatchObject({ code })
    const pointers = refused instanceof ServiceError ? refused.violations.map((violation) => violation.pointer) : []
    expect(pointers.filter((found) => found !== undefined)).toEqual(pointer === undefined ? [] : [pointer])
    expect(await ingest.leftovers()).toEqual(nothing)
  })

  test('with any bad event is refused whole, and every one is named', async () => {
    const events = [{ symbolId: 'a' }, { hitCount: 1 }, { symbolId: 'b', hitCount: 0 }, 7]
    await expect(ingestStructuredFacts(ingest.deps, structured({ ...document, events }))).rejects.toMatchObject({
      code: 'SYMBOL_ID_REQUIRED',
      message: 'symbolId is required',
      violations: [
        { code: 'SYMBOL_ID_REQUIRED', message: 'symbolId is required', pointer: '/events/1/symbolId' },
        expect.objectContaining({ code: 'HIT_COUNT_OUT_OF_RANGE', pointer: '/events/2/hitCount' }),
        expect.objectContaining({ code: 'EVENT_NOT_AN_OBJECT', pointer: '/events/3' }),
      ],
    })
    expect(await ingest.leftovers()).toEqual(nothing)
  })
})

describe('a repeat', () => {
  const contained = `{"symbolId":"a","containerId":"c",${timed}}`

  test('with a key is answered with the stored receipt and changes nothing', async () => {
    const first = await ingestStreamedFacts(ingest.deps, streamed(line, { idempotencyKey: 'k' }))
    const before = await ingest.leftovers()
    const second = await ingestStreamedFacts(ingest.deps, streamed(line, { idempotencyKey: 'k' }))
    expect(first).toMatchObject({ isReplay: false, answer: { idempotency: 'header', duplicate: 0 } })
    expect(second).toEqual({ isReplay: true, answer: { ...first.answer, duplicate: 1 } })
    expect(await ingest.leftovers()).toEqual(before)
    expect(ingest.appended).toHaveLength(1)
  })

  const said = { callgraphId: knownCallgraph, subject: { scanId: 'scan-1' } }
  test.each([
    ['body', streamed(`${line} `)],
    ['subject', streamed(line, { said: { ...said, subject: { scanId: 'scan-2' } } })],
    ['alias', streamed(line, { said: { ...said, subject: { scanId: 'scan-1', imageDigest: 'sha256:1' } } })],
    ['callgraph', streamed(line, { said: { ...said, callgraphId: 'cg-other' } })],
    ['analysis', streamed(line, { said: { ...said, analysisId: 'analysis-2' } })],
    ['strictness', streamed(line, { isStrict: true })],
  ])('with a key and another %s is refused, and changes nothing', async (_what, request) => {
    await ingestStreamedFacts(ingest.deps, streamed(line, { idempotencyKey: 'k' }))
    const before = await ingest.leftovers()
    const bytes = Buffer.concat(await Array.fromAsync(request.body))
    const reused = ingestStreamedFacts(ingest.deps, { ...request, body: chunksOf(bytes), idempotencyKey: 'k' })
    await expect(reused).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' })
    expect(await ingest.leftovers()).toEqual(before)
  })

  test('with a key of another tenant or another route is a first', async () => {
    await ingestStreamedFacts(ingest.deps, streamed(line, { idempotencyKey: 'k' }))
    for (const other of [{ tenant: tenantNamed('other') }, { scope: 'POST /elsewhere' }]) {
      const first = await ingestStreamedFacts(ingest.deps, streamed(line, { idempotencyKey: 'k', ...other }))
      expect(first.isReplay).toBe(false)
    }
  })

  test('of the same content is known without a key, when every event has its time and its container', async () => {
    const first = await ingestStreamedFacts(ingest.deps, streamed(contained))
    const second = await ingestStreamedFacts(ingest.deps, streamed(contained))
    expect(first).toMatchObject({ isReplay: false, answer: { idempotency: 'content' } })
    expect(second).toMatchObject({ isReplay: true, answer: { receiptId: first.answer['receiptId'], duplicate: 1 } })
    expect(ingest.queue.rows).toHaveLength(1)
  })

  test('of the same content from another agent is a first', async () => {
    const outcomes = []
    for (const agentInstance of ['agent-1', 'agent-2', 'agent-1']) {
      outcomes.push(await ingestStreamedFacts(ingest.deps, streamed(line, { agentInstance })))
    }
    expect(outcomes.map(({ isReplay }) => isReplay)).toEqual([false, false, true])
    expect(outcomes.map(({ answer }) => answer['idempotency'])).toEqual(['content', 'content', 'content'])
  })

  test('of the same content for another subject or graph is a first', async () => {
    await ingestStreamedFacts(ingest.deps, streamed(contained))
    const other = { ...said, subject: { scanId: 'scan-2' } }
    expect(await ingestStreamedFacts(ingest.deps, streamed(contained, { said: other }))).toMatchObject({
      isReplay: false,
    })
  })

  test.each([
    ['an event without a time', `${contained}\n{"symbolId":"a","containerId":"c"}`, 'agent-1'],
    ['an event without a container', `${contained}\n${line}`, undefined],
  ])('of the same content is always new with %s', async (_title, body, agentInstance) => {
    for (const _ of [1, 2]) {
      const outcome = await ingestStreamedFacts(ingest.deps, streamed(body, { agentInstance }))
      expect(outcome).toMatchObject({ isReplay: false, answer: { idempotency: 'none' } })
    }
    expect(ingest.queue.rows).toHaveLength(2)
  })

  test('a refused line needs neither time nor container', async () => {
    const { answer } = await ingestStreamedFacts(ingest.deps, streamed(`${contained}\n{}`))
    expect(answer['idempotency']).toBe('content')
  })

  test('an empty key of the content never stands in for a client’s', async () => {
    const first = await ingestStreamedFacts(ingest.deps, streamed(contained))
    const key = ingest.queue.rows[0]?.evidence.idempotency?.key ?? ''
    const second = await ingestStreamedFacts(ingest.deps, streamed(line, { idempotencyKey: key }))
    expect([first.isReplay, second.isReplay]).toEqual([false, false])
  })

  test.each(['header', 'content'])('that comes while the first is running is told to wait: %s', async (form) => {
    const key = form === 'header' ? { idempotencyKey: 'k' } : {}
    const [isChecking, mayGoOn] = [latch(), latch()]
    const countUnmatched = async () => {
      isChecking.open()
      await mayGoOn.opened
      return 0
    }
    const first = ingestStreamedFacts({ ...ingest.deps, countUnmatched }, streamed(contained, key))
    await isChecking.opened
    await expect(ingestStreamedFacts(ingest.deps, streamed(contained, key))).rejects.toMatchObject({
      code: 'IN_PROGRESS',
    })
    mayGoOn.open()
    expect(await first).toMatchObject({ isReplay: false })
    expect(await ingestStreamedFacts(ingest.deps, streamed(contained, key))).toMatchObject({ isReplay: true })
    expect((await ingest.leftovers()).files).toEqual([])
  })

  test('that comes while the body of the first is still being sent is told so before its own is read', async () => {
    const [isSending, mayEnd] = [latch(), latch()]
    async function* slow(): AsyncGenerator<Buffer> {
      isSending.open()
      await mayEnd.opened
      yield Buffer.from(line)
    }
    const first = ingestStreamedFacts(ingest.deps, streamed('', { body: slow(), idempotencyKey: 'k' }))
    await isSending.opened
    const unread: AsyncIterable<Buffer> = { [Symbol.asyncIterator]: () => expect.unreachable('the body was read') }
    const second = ingestStreamedFacts(ingest.deps, streamed('', { body: unread, idempotencyKey: 'k' }))
    await expect(second).rejects.toMatchObject({ code: 'IN_PROGRESS' })
    mayEnd.open()
    expect(await first).toMatchObject({ isReplay: false })
  })

  test('on another replica at the same moment is counted once', async () => {
    const [bothLooked, looks] = [latch(), { count: 0 }]
    const countUnmatched = async () => {
      looks.count += 1
      if (looks.count === 2) bothLooked.open()
      await bothLooked.opened
      return 0
    }
    const replica = await RuntimeIngest.open()
    try {
      const outcomes = await Promise.all(
        [ingest.deps, { ...replica.deps, queue: ingest.queue }].map((deps) =>
          ingestStreamedFacts({ ...deps, countUnmatched }, streamed(contained)),
        ),
      )
      expect(outcomes.filter(({ isReplay }) => isReplay)).toHaveLength(1)
      expect(ingest.queue.rows).toHaveLength(1)
      expect((await replica.leftovers()).files).toEqual([])
    } finally {
      await replica[Symbol.asyncDispose]()
    }
  })

  test('after a refusal may be anything: only what was kept binds a key', async () => {
    await expect(ingestStreamedFacts(ingest.deps, streamed('{}', { idempotencyKey: 'k' }))).rejects.toThrow()
    expect(await ingestStreamedFacts(ingest.deps, streamed(line, { idempotencyKey: 'k' }))).toMatchObject({
      isReplay: false,
    })
  })

  test('of a graph that is gone meanwhile is still answered', async () => {
    const first = await ingestStreamedFacts(ingest.deps, streamed(line, { idempotencyKey: 'k' }))
    const deps = { ...ingest.deps, countUnmatched: async () => undefined }
    const second = await ingestStreamedFacts(deps, streamed(line, { idempotencyKey: 'k' }))
    expect(second).toMatchObject({ isReplay: true, answer: { receiptId: first.answer['receiptId'] } })
  })
})

test('the fail point is reached when the batch is durable, and before anyone is told', async () => {
  const reached: string[] = []
  const deps = {
    ...ingest.deps,
    failPoints: { reach: (name: string) => void reached.push(`${name} with ${ingest.queue.rows.length} row`) },
    onAppended: () => void reached.push('told'),
  }
  await ingestStreamedFacts(deps, streamed(line))
  expect(reached).toEqual(['after-append with 1 row', 'told'])
})

import { zstdDecompressSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { sha256Of } from '../../src/identifiers/digest.ts'
import { canonicalBytes } from '../../src/lib/canonical-json.ts'
import { type BuiltApp, openApp } from '../support/build-app.ts'
import { postGraph, smallGraph } from '../support/posted-graph.ts'

const json = { 'content-type': 'application/json' }
const ndjson = { 'content-type': 'application/x-ndjson' }
const wait = { prefer: 'wait=30' }
const named = '/signals/callgraphs?language=node&component=shop&version=1'
const timed = '{"symbolId":"a","observedAt":"2026-11-20T12:00:00Z","containerId":"c-1"}\n'

let built: BuiltApp
let graph: string

beforeAll(async () => {
  built = await openApp()
  graph = await postGraph(built)
})
afterAll(() => built[Symbol.asyncDispose]())

function streamTo(scanId: string, more = ''): string {
  return `/signals/runtime-facts/ndjson?callgraphId=${graph}&scanId=${scanId}${more}`
}

describe('a graph', () => {
  test('is the same by either way, and in any spelling', async () => {
    const artifactContentBase64 = Buffer.from(smallGraph).toString('base64')
    const envelope = { language: 'node', component: 'shop', version: '1', artifactContentBase64 }
    const enveloped = await built.ask('/signals/callgraphs', { body: JSON.stringify(envelope), headers: json })
    expect(enveloped).toMatchObject({ status: 202, body: { callgraphId: graph, status: 'unchanged' } })
    expect(enveloped.headers['location']).toBe(`/signals/callgraphs/${graph}`)
    const respelled = smallGraph
      .replace('"nodes"', '"functions"')
      .replace('"edges"', '"calls"')
      .replaceAll('"from"', '"caller"')
    expect((await built.ask(named, { body: respelled })).body).toMatchObject({
      callgraphId: graph,
      graphHash: enveloped.body['graphHash'],
      status: 'unchanged',
    })
  })

  test('is read as metadata, manifest and normalised form, each with its own tag', async () => {
    const base = `/signals/callgraphs/${graph}`
    const tags = new Set<unknown>()
    for (const path of [base, `${base}/manifest`, `${base}/graph`]) {
      const { status, headers } = await built.ask(path)
      expect({ path, status }).toEqual({ path, status: 200 })
      tags.add(headers['etag'])
      const again = await built.ask(path, { headers: { 'if-none-match': String(headers['etag']) } })
      expect({ path, status: again.status, text: again.text }).toEqual({ path, status: 304, text: '' })
      expect((await built.ask(path, { headers: { 'if-none-match': '"other"' } })).status).toBe(200)
    }
    expect(tags.size).toBe(3)
  })

  test('comes as lines, or as the archive in which it rests', async () => {
    const path = `/signals/callgraphs/${graph}/graph`
    const lines = await built.ask(path)
    expect(lines.headers['content-type']).toBe('application/x-ndjson')
    const records = lines.text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { record: string })
    expect(records.map(({ record }) => record)).toEqual([
      'meta',
      'node',
      'node',
      'node',
      'node',
      'edge',
      'edge',
      'entryPoint',
    ])
    const archive = await built.app.inject({ url: path, headers: { accept: 'application/zstd' } })
    expect(archive.headers['content-type']).toBe('application/zstd')
    expect(archive.headers['etag']).not.toBe(lines.headers['etag'])
    expect(zstdDecompressSync(archive.rawPayload).toString('latin1')).toContain('nodes.ndjson')
  })

  test('its manifest is what its hash is over', async () => {
    const { body } = await built.ask(`/signals/callgraphs/${graph}`)
    const { text } = await built.ask(`/signals/callgraphs/${graph}/manifest`)
    expect(sha256Of(text)).toBe(body['manifestHash'])
    expect(JSON.parse(text)).toMatchObject({ graph_id: graph, digest: body['graphHash'], node_count: 4 })
  })

  test('is found by every filter, and pages visit each graph once', async () => {
    const analysisId = 'analysis-0001'
    const found = await postGraph(built, { component: 'found', scanId: 'filtered', analysisId })
    await postGraph(built, { component: 'other', version: '2' })
    const { body: known } = await built.ask(`/signals/callgraphs/${found}`)
    const filters: Record<string, string> = { component: 'found', subjectKey: 'filtered', analysisId }
    for (const [name, value] of Object.entries(filters)) {
      const { body } = await built.ask(`/signals/callgraphs?${name}=${value}`)
      expect({ name, items: body['items'] }).toEqual({ name, items: [known] })
    }
    const byHash = await built.ask(`/signals/callgraphs?graphHash=${String(known['graphHash'])}&component=found`)
    expect(byHash.body['items']).toEqual([known])
    expect((await built.ask('/signals/callgraphs?language=cobol')).body).toEqual({ items: [] })
    const seen: string[] = []
    for (let cursor = '', isFirst = true; isFirst || cursor !== ''; isFirst = false) {
      const { body } = await built.ask(`/signals/callgraphs?limit=1${cursor === '' ? '' : `&cursor=${cursor}`}`)
      seen.push(...(body['items'] as { callgraphId: string }[]).map(({ callgraphId }) => callgraphId))
      cursor = (body['nextCursor'] as string | undefined) ?? ''
    }
    const { body: all } = await built.ask('/signals/callgraphs?limit=200')
    expect(seen).toEqual((all['items'] as { callgraphId: string }[]).map(({ callgraphId }) => callgraphId))
    expect(new Set(seen).size).toBe(seen.length)
  })
})

describe('runtime facts', () => {
  test('are the same batch as a document, as lines and as an array', async () => {
    const events = [{ symbolId: 'a', hitCount: 2 }, { symbol_id: 'b' }]
    const document = JSON.stringify({ subject: { scanId: 'three-1' }, callgraphId: graph, events })
    const posts = [
      await built.ask('/signals/runtime-facts', { body: document, headers: { ...json, ...wait } }),
      await built.ask(streamTo('three-2'), {
        body: events.map((event) => JSON.stringify(event)).join('\r\n'),
        headers: { ...ndjson, ...wait },
      }),
      await built.ask(streamTo('three-3'), { body: JSON.stringify(events), headers: { ...json, ...wait } }),
    ]
    for (const { status, headers, body } of posts) {
      expect({ status, applied: headers['preference-applied'] }).toEqual({ status: 202, applied: 'wait=30' })
      expect(body).toMatchObject({
        accepted: 2,
        rejected: 0,
        duplicate: 0,
        uniqueSymbols: 2,
        totalHits: 3,
        idempotency: 'none',
      })
      expect(body['fact']).toMatchObject({ version: 1 })
    }
    await built.settled()
    const states = await Promise.all(
      ['three-1', 'three-2', 'three-3'].map(async (key) => (await built.ask(`/signals/facts/${key}`)).body['states']),
    )
    expect(states[1]).toEqual(states[0])
    expect(states[2]).toEqual(states[0])
  })

  test('keep their good lines; the receipt has the bad ones, and what became of the batch', async () => {
    const body = `${timed}{"symbolId":5}\n\nnonsense\n`
    const posted = await built.ask(streamTo('lines'), { body, headers: { ...ndjson, ...wait } })
    expect(posted).toMatchObject({ status: 202, body: { accepted: 1, rejected: 2 } })
    const path = `/signals/receipts/${String(posted.body['receiptId'])}`
    const receipt = await built.ask(path)
    expect(receipt.body).toMatchObject({
      kind: 'runtime',
      state: 'folded',
      factVersion: 1,
      refusedTotal: 2,
      refused: [
        { line: 2, code: 'FIELD_TYPE_INVALID', text: '{"symbolId":5}' },
        { line: 4, code: 'JSON_MALFORMED', text: 'nonsense' },
      ],
    })
    const { headers } = receipt
    expect((await built.ask(path, { headers: { 'if-none-match': String(headers['etag']) } })).status).toBe(304)
    await built.settled()
  })
})

describe('a repeat', () => {
  test('under its key is answered with what was stored, counts nothing, and another body is refused', async () => {
    const headers = { ...ndjson, 'idempotency-key': 'repeat-1' }
    const first = await built.ask(streamTo('repeats'), { body: timed, headers })
    const before = await built.stored()
    const second = await built.ask(streamTo('repeats'), { body: timed, headers })
    expect([first.status, second.status]).toEqual([202, 200])
    expect(second.headers['idempotent-replay']).toBe('true')
    expect(second.body).toEqual({ ...first.body, duplicate: 1 })
    const reused = await built.ask(streamTo('repeats'), { body: `${timed}${timed}`, headers })
    expect(reused).toMatchObject({ status: 422, body: { code: 'IDEMPOTENCY_KEY_REUSED' } })
    const elsewhere = await built.ask(streamTo('repeats-elsewhere'), { body: timed, headers })
    expect(elsewhere).toMatchObject({ status: 422, body: { code: 'IDEMPOTENCY_KEY_REUSED' } })
    await built.settled()
    expect((await built.stored()).rows['evidence']).toHaveLength(before.rows['evidence']?.length ?? 0)
    const { body } = await built.ask('/signals/facts/repeats')
    expect(body['runtimeFacts']).toMatchObject([{ symbolId: 'a', hitCount: 1 }])
  })

  test('is known by its content where every line is timed and says its container, and by nothing otherwise', async () => {
    const answers = []
    for (const body of [timed, timed, '{"symbolId":"a"}\n', '{"symbolId":"a"}\n']) {
      answers.push(await built.ask(streamTo('contents'), { body, headers: ndjson }))
    }
    expect(answers.map(({ status, body }) => [status, body['idempotency']])).toEqual([
      [202, 'content'],
      [200, 'content'],
      [202, 'none'],
      [202, 'none'],
    ])
    await built.settled()
    const { body } = await built.ask('/signals/facts/contents')
    expect(body['runtimeFacts']).toMatchObject([{ symbolId: 'a', hitCount: 3 }])
  })

  test('that comes while the first is still running is told so, and counts once', async () => {
    const headers = { ...ndjson, 'idempotency-key': 'race-1' }
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => built.ask(streamTo('races'), { body: timed, headers })),
    )
    for (const { status, body, headers: told } of answers) {
      expect([200, 202, 409]).toContain(status)
      if (status !== 409) continue
      expect(body['code']).toBe('IN_PROGRESS')
      expect(told['retry-after']).toBe('1')
    }
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(1)
    await built.settled()
    const { body } = await built.ask('/signals/facts/races')
    expect(body['runtimeFacts']).toMatchObject([{ symbolId: 'a', hitCount: 1 }])
  })

  test('of a graph is answered with its receipt, and its key is the graph route’s own', async () => {
    const headers = { 'idempotency-key': 'repeat-1' }
    const first = await built.ask(`${named}&scanId=graph-repeats&target=b`, { body: smallGraph, headers })
    const second = await built.ask(`${named}&scanId=graph-repeats&target=b`, { body: smallGraph, headers })
    expect([first.status, second.status]).toEqual([202, 200])
    expect(second.body).toEqual(first.body)
    const other = await built.ask(`${named}&scanId=graph-repeats&target=c`, { body: smallGraph, headers })
    expect(other).toMatchObject({ status: 422, body: { code: 'IDEMPOTENCY_KEY_REUSED' } })
    await built.settled()
  })

  test('of a refused request is not bound by it: only a success holds a key', async () => {
    const headers = { ...ndjson, 'idempotency-key': 'after-refusal' }
    expect((await built.ask(streamTo('after'), { body: '{}', headers })).status).toBe(400)
    expect((await built.ask(streamTo('after'), { body: timed, headers })).status).toBe(202)
    await built.settled()
  })
})

describe('a fact', () => {
  test('is read by key and alias, whole, in pages, and not again by who has it', async () => {
    const query = `&imageDigest=sha256:11&component=cart&version=9`
    const body = `${timed}{"symbolId":"b"}\n`
    expect((await built.ask(streamTo('aliased', query), { body, headers: { ...ndjson, ...wait } })).status).toBe(202)
    await built.settled()
    const fact = await built.ask('/signals/facts/aliased')
    const { tenant, metadata, computedAt, ...covered } = fact.body
    expect({ tenant, computedAt: typeof computedAt }).toEqual({ tenant: 'default', computedAt: 'string' })
    const digest = sha256Of(canonicalBytes(covered))
    expect(metadata).toMatchObject({ 'fact.version': '1', 'fact.digest': digest })
    expect(fact.headers['etag']).toBe(`"1-${digest.slice(7, 39)}"`)
    expect(fact.headers['signals-pending']).toBe('0')
    for (const name of ['sha256:11', 'cart|9']) {
      const aliased = await built.ask(`/signals/facts/${encodeURIComponent(name)}`)
      expect(aliased.text).toBe(fact.text)
      const asked = await built.ask(`/signals/facts?subjectKey=${encodeURIComponent(name)}`)
      expect(asked.text).toBe(fact.text)
    }
    const again = await built.ask('/signals/facts/aliased', {
      headers: { 'if-none-match': String(fact.headers['etag']) },
    })
    expect({ status: again.status, text: again.text }).toEqual({ status: 304, text: '' })
    const states = await built.ask('/signals/facts/aliased/states?limit=1')
    expect(states.body['items']).toMatchObject([{ target: 'a' }])
    const rest = await built.ask(`/signals/facts/aliased/states?limit=1&cursor=${String(states.body['nextCursor'])}`)
    expect(rest.body).toMatchObject({ items: [{ target: 'b' }] })
    const hits = await built.ask('/signals/facts/aliased/runtime-facts?target=b')
    expect(hits.body['items']).toMatchObject([{ symbolId: 'b', hitCount: 1 }])
  })

  test('an alias of two subjects is refused with both', async () => {
    for (const key of ['twin-1', 'twin-2']) {
      const url = streamTo(key, '&imageDigest=sha256:twins')
      expect((await built.ask(url, { body: timed, headers: { ...ndjson, ...wait } })).status).toBe(202)
    }
    await built.settled()
    const { status, body } = await built.ask('/signals/facts/sha256:twins')
    expect({ status, code: body['code'], subjectKeys: body['subjectKeys'] }).toEqual({
      status: 409,
      code: 'SUBJECT_AMBIGUOUS',
      subjectKeys: ['twin-1', 'twin-2'],
    })
  })

  test('is listed by each filter', async () => {
    const keys = async (query: string) => {
      const { body } = await built.ask(`/signals/facts?limit=200&${query}`)
      return (body['items'] as { subjectKey: string }[]).map(({ subjectKey }) => subjectKey)
    }
    const key = 'listed'
    await built.ask(`${named}&scanId=${key}&target=main&closedWorld=true`, { body: smallGraph, headers: wait })
    await built.settled()
    const { body } = await built.ask(`/signals/facts/${key}`)
    expect(await keys(`callgraphId=${String(body['callgraphId'])}`)).toEqual([key])
    expect(await keys('bucket=entrypoint')).toContain(key)
    expect(await keys('verdict=reachable')).toContain(key)
    expect(await keys('verdict=unreachable')).not.toContain(key)
    expect(await keys(`minScore=${String(body['score'])}`)).toContain(key)
    expect(await keys('minScore=1')).not.toContain(key)
    expect(await keys('updatedAfter=2020-01-01T00:00:00Z')).toContain(key)
    expect(await keys('updatedAfter=9998-01-01T00:00:00Z')).toEqual([])
  })
})

describe('events', () => {
  test('of every version are in the log in order, and behind any of them', async () => {
    for (let time = 1; time <= 3; time++) {
      await built.ask(streamTo('eventful'), { body: '{"symbolId":"a"}', headers: { ...ndjson, ...wait } })
    }
    await built.settled()
    const { body } = await built.ask('/signals/events?limit=200')
    type Event = { event_id: string; subject_key: string; fact_version: number }
    const own = (body['items'] as Event[]).filter(({ subject_key }) => subject_key === 'eventful')
    expect(own.map(({ fact_version }) => fact_version)).toEqual([1, 2, 3])
    const [first] = own
    const behind = await built.ask(`/signals/events?limit=200&after=${String(first?.event_id)}`)
    const ids = (behind.body['items'] as Event[]).map(({ event_id }) => event_id)
    expect(ids).not.toContain(first?.event_id)
    expect(ids).toEqual(expect.arrayContaining(own.slice(1).map(({ event_id }) => event_id)))
  })

  test('are followed as they come', async () => {
    const { url } = await built.listen()
    const stop = new AbortController()
    onTestFinished(() => stop.abort())
    const response = await fetch(`${url}/signals/events`, {
      headers: { accept: 'text/event-stream' },
      signal: stop.signal,
    })
    expect(response.headers.get('content-type')).toContain('text/event-stream')
    await built.ask(streamTo('followed'), { body: '{"symbolId":"a"}', headers: ndjson })
    let text = ''
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk
      if (text.includes('"subject_key":"followed"')) break
    }
    expect(text).toMatch(/^id: [0-9a-f-]{36}$/m)
    expect(text).toMatch(/^event: signals\.fact\.updated\.v1$/m)
    await built.settled()
  })
})

describe('what happened to the business is logged', () => {
  const told = (event: string) => built.log.filter((line) => line['event'] === event)

  test('for a graph, a batch, a fact and its event, each with its members, once', async () => {
    await postGraph(built, { component: 'told' })
    const posted = await built.ask(streamTo('told'), { body: timed, headers: { ...ndjson, ...wait } })
    await built.ask(streamTo('told'), { body: timed, headers: ndjson })
    await built.settled()
    await built.context.relay.flush()
    expect(told('signals.callgraph.ingested').at(-1)).toMatchObject({
      tenant: 'default',
      status: 'created',
      nodeCount: 4,
    })
    const { receiptId } = posted.body
    const batches = told('signals.batch.accepted').filter((line) => line['receiptId'] === receiptId)
    expect(batches).toMatchObject([{ subjectKey: 'told', callgraphId: graph, accepted: 1, rejected: 0, totalHits: 1 }])
    const facts = told('signals.fact.updated').filter((line) => line['subjectKey'] === 'told')
    expect(facts).toMatchObject([{ factVersion: 1, verdict: 'observed', change: 'verdict' }])
    const events = told('signals.event.relayed').filter((line) => line['subjectKey'] === 'told')
    expect(events).toMatchObject([{ tenant: 'default', factVersion: 1 }])
  })

  test('for a batch that was refused, with its code and nothing that was sent', async () => {
    const { body } = await built.ask(streamTo('refused'), { body: '{"symbolId":"secret\\u0000"}', headers: ndjson })
    const line = told('signals.batch.refused').at(-1)
    expect(line).toMatchObject({ level: 'warn', tenant: 'default', code: body['code'], status: 400 })
    expect(JSON.stringify(line)).not.toContain('secret')
  })
})

test('an analysis is named by what came of it: both receipts, the manifest and the event', async () => {
  await using service = await openApp()
  const graph = JSON.stringify({ nodes: ['main', 'a'], edges: [{ from: 'main', to: 'a' }] })
  const query = 'language=node&component=shop&version=1&scanId=named&target=a&analysisId=analysis-42'
  const posted = await service.ask(`/signals/callgraphs?${query}`, { method: 'POST', body: graph })
  expect(posted.body).toMatchObject({ status: 'created', analysisId: 'analysis-42' })
  const { callgraphId } = posted.body
  const facts = `/signals/runtime-facts/ndjson?callgraphId=${String(callgraphId)}&scanId=named&analysisId=analysis-42`
  const batch = await service.ask(facts, {
    method: 'POST',
    body: '{"symbolId":"a"}',
    headers: { 'content-type': 'application/x-ndjson' },
  })
  const receipt = await service.ask(`/signals/receipts/${String(batch.body['receiptId'])}`)
  expect([batch.body, receipt.body]).toEqual([
    expect.objectContaining({ analysisId: 'analysis-42' }),
    expect.objectContaining({ analysisId: 'analysis-42' }),
  ])
  const manifest = await service.ask(`/signals/callgraphs/${String(callgraphId)}/manifest`)
  expect(manifest.body).toMatchObject({ analysis_id: 'analysis-42' })
  await service.settled()
  const { body } = await service.ask('/signals/events')
  expect(body['items']).toContainEqual(
    expect.objectContaining({ summary: expect.objectContaining({ analysisIds: ['analysis-42'] }) }),
  )
})

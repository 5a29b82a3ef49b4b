import { afterEach, beforeEach, expect, test } from 'vitest'
import { readArchive } from '../../../src/cas/archive.ts'
import { parseCasUri } from '../../../src/cas/cas-uri.ts'
import type { Acknowledgement } from '../../../src/evidence/idempotency.ts'
import { sha256Of } from '../../../src/identifiers/digest.ts'
import { canonicalJson } from '../../../src/lib/canonical-json.ts'
import { type ProvenanceFeed, provenanceFeedSchema } from '../../../src/provenance/provenance-record.ts'
import { ingestStreamedFacts, ingestStructuredFacts } from '../../../src/runtime-facts/ingest-runtime-facts.ts'
import { acme, knownCallgraph, RuntimeIngest, streamed, structured } from '../../support/runtime-ingest.ts'

let ingest: RuntimeIngest

beforeEach(async () => {
  ingest = await RuntimeIngest.open()
})

afterEach(() => ingest[Symbol.asyncDispose]())

async function traceOf({ answer }: Acknowledgement): Promise<Record<string, string>> {
  const key = parseCasUri(acme, String(answer['traceCasUri']))
  if (!key) throw new Error('the answer has no URI of a trace')
  const files: Record<string, string> = {}
  const limits = { maxEntries: 3, maxBytes: 2 ** 30 }
  for await (const { name, content } of readArchive(ingest.content.readStream(key), limits)) {
    files[name] = Buffer.concat(await Array.fromAsync(content)).toString('utf8')
  }
  return files
}

async function feedOf(acknowledged: Acknowledgement): Promise<ProvenanceFeed> {
  const text = (await traceOf(acknowledged))['feed.json'] ?? ''
  expect(sha256Of(text)).toBe(acknowledged.answer['provenanceHash'])
  const feed = provenanceFeedSchema.parse(JSON.parse(text))
  expect(canonicalJson(feed)).toBe(text)
  return feed
}

function payloadOf(row: number) {
  const payload = ingest.queue.rows[row]?.evidence.payload
  if (payload?.kind !== 'runtime') throw new Error('there is no such row')
  return payload
}

const time = '2026-11-20T11:00:00.000Z'
const events = [
  { symbolId: 'a', processName: 'node', processId: 7, observedAt: time, metadata: { 'capture.method': 'EBPF' } },
  { symbolId: 'b', processName: 'node', processId: 8 },
  { symbolId: 'c', containerId: 'c1', processId: 9, evidenceUri: 'file:///probe' },
  { symbolId: 'd', purl: 'pkg:npm/semver@7.5.4', code_id: 'code:1' },
]
const ndjson = `${events.map((event) => JSON.stringify(event)).join('\n')}\n{"no":"symbol"}`

test('the feed of a batch says what was seen, by whom, and where the events are', async () => {
  const request = { agentInstance: 'agent-7', correlationId: 'nightly-42' }
  const acknowledged = await ingestStreamedFacts(ingest.deps, streamed(ndjson, request))
  const feed = await feedOf(acknowledged)
  const files = await traceOf(acknowledged)
  const evidence = { rawDataRef: 'events.ndjson', sourceDigest: sha256Of(files['events.ndjson'] ?? '') }
  expect(feed).toMatchObject({
    feedType: 'RUNTIME_FACTS',
    tenantId: 'acme',
    correlationId: 'nightly-42',
    generatedAt: '2026-11-20T12:00:00.000Z',
    sourceService: 'signals',
    metadata: { 'aoc.correlation': 'nightly-42' },
  })
  expect(feed.records).toMatchObject([
    { recordType: 'runtime.container.activity', subject: { type: 'container', identifier: 'c1' }, confidence: 0.8 },
    {
      recordType: 'runtime.package.loaded',
      occurredAt: feed.generatedAt,
      facts: { codeId: 'code:1' },
      confidence: 0.6,
    },
    {
      recordType: 'runtime.process.observed',
      subject: { type: 'process', identifier: 'node' },
      occurredAt: time,
      observedBy: 'agent-7',
      confidence: 0.7,
      facts: { eventCount: 2, hitCount: 2, processName: 'node' },
      evidence: { captureMethod: 'EBPF', ...evidence },
    },
  ])
})

test('the observer of a batch without an agent instance is its source', async () => {
  const feed = await feedOf(
    await ingestStructuredFacts(ingest.deps, structured(documentOf(events), { source: 'ebpf' })),
  )
  expect(feed.records.map(({ observedBy }) => observedBy)).toEqual(['ebpf', 'ebpf', 'ebpf'])
})

function documentOf(posted: readonly unknown[]) {
  return { subject: { scanId: 'scan-1' }, callgraphId: knownCallgraph, events: posted }
}

test('what a fact keeps of a batch travels in its evidence, the same from either route and in any order', async () => {
  await ingestStreamedFacts(ingest.deps, streamed(ndjson, { agentInstance: 'agent-7' }))
  await ingestStructuredFacts(ingest.deps, structured(documentOf(events.toReversed())))
  const { context } = payloadOf(0)
  expect(context?.records.map(({ subject }) => subject.identifier)).toEqual(['c1', 'pkg:npm/semver@7.5.4', 'node'])
  expect(context).not.toHaveProperty('truncated')
  expect(payloadOf(0)).not.toHaveProperty('contextDigest')
  expect(payloadOf(1).context).toEqual(context)
  for (const hidden of ['rawDataRef', 'sourceDigest', 'observedBy', 'recordId']) {
    expect(JSON.stringify(context)).not.toContain(hidden)
  }
})

test('a batch of more subjects than a feed holds says so, and leaves its records in the content store', async () => {
  const names = Array.from({ length: 10_001 }, (_, place) => `s${String(place).padStart(5, '0')}`)
  const body = names.map((symbolId) => `{"symbolId":"${symbolId}"}`).join('\n')
  const feed = await feedOf(await ingestStreamedFacts(ingest.deps, streamed(body)))
  expect(feed.truncated).toBe(true)
  expect(feed.records.map(({ subject }) => subject.identifier)).toEqual(names.slice(0, 10_000))
  const { context, contextDigest } = payloadOf(0)
  expect(context).toEqual({ records: [], truncated: true })
  if (contextDigest === undefined) throw new Error('large records are named by their digest')
  const bytes = await ingest.content.readBytes(acme, 'reachability_facts', contextDigest, '.json.zst')
  const stored = JSON.parse(bytes.toString('utf8'))
  expect(bytes.toString('utf8')).toBe(canonicalJson(stored))
  expect(stored).toHaveLength(10_000)
  expect(stored[0]).toEqual({
    recordType: 'runtime.symbol.invoked',
    subject: { type: 'symbol', identifier: 's00000' },
    confidence: 0.5,
    evidence: { captureMethod: 'API_CALL' },
  })
  expect((await ingest.leftovers()).files).toEqual([])
})

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { canonicalJson } from '../../../src/lib/canonical-json.ts'
import type { ObservedEvent } from '../../../src/provenance/classify-event.ts'
import { FeedBuilder } from '../../../src/provenance/feed-builder.ts'
import { feedBytes } from '../../../src/provenance/feed-bytes.ts'
import { provenanceFeedSchema, recordKey } from '../../../src/provenance/provenance-record.ts'

const request = {
  tenant: 'acme',
  correlationId: 'nightly-42',
  generatedAt: '2026-11-20T13:00:00.000Z',
  sourceService: 'signals',
}
const at = (second: number) => `2026-11-20T12:00:0${second}.000Z`

function builderOf(events: readonly ObservedEvent[], maxRecords = 10_000): FeedBuilder {
  const builder = new FeedBuilder({ maxRecords })
  for (const event of events) builder.add(event)
  return builder
}

function symbols(names: readonly string[]): ObservedEvent[] {
  return names.map((symbolId) => ({ symbolId, hitCount: 1 }))
}

describe('a feed', () => {
  test('says what each field of its request says, and in the metadata to which contract it is written', async () => {
    const feed = await builderOf(symbols(['a'])).build(request)
    expect(feed).toMatchObject({
      schemaVersion: 1,
      feedType: 'RUNTIME_FACTS',
      generatedAt: request.generatedAt,
      sourceService: 'signals',
      tenantId: 'acme',
      correlationId: 'nightly-42',
      metadata: {
        'aoc.version': '1.0',
        'aoc.contract': 'signals.provenance-feed.v1',
        'aoc.correlation': 'nightly-42',
      },
    })
    expect(feed).not.toHaveProperty('truncated')
  })

  test('has one record for all events of one subject', async () => {
    const { records } = await builderOf([
      { symbolId: 'a', hitCount: 2, processName: 'node', processId: '1', observedAt: at(3) },
      { symbolId: 'b', hitCount: 3, processName: 'node', processId: '2', observedAt: at(1), containerId: undefined },
      { symbolId: 'c', hitCount: 4, processName: 'node', buildId: 'x' },
    ]).build({
      ...request,
      observedBy: 'agent-7',
      rawDataRef: 'events.ndjson',
      sourceDigest: `sha256:${'0'.repeat(64)}`,
    })
    expect(records).toHaveLength(1)
    expect(records[0]).toEqual({
      recordId: expect.any(String),
      recordType: 'runtime.process.observed',
      subject: { type: 'process', identifier: 'node' },
      occurredAt: at(3),
      observedBy: 'agent-7',
      confidence: 0.7,
      facts: { eventCount: 3, hitCount: 9, firstObservedAt: at(1), observedAt: at(3), processName: 'node' },
      evidence: {
        captureMethod: 'PROC_SCAN',
        rawDataRef: 'events.ndjson',
        sourceDigest: `sha256:${'0'.repeat(64)}`,
      },
    })
  })

  test('keeps apart a process and a package of the same name', async () => {
    const { records } = await builderOf([
      { symbolId: 'a', hitCount: 1, purl: 'node' },
      { symbolId: 'a', hitCount: 1, processName: 'node' },
    ]).build(request)
    expect(records.map(({ subject }) => subject.type)).toEqual(['package', 'process'])
  })

  test('without any time in its events occurred when it was made, and claims no observation', async () => {
    const { records } = await builderOf(symbols(['a'])).build(request)
    expect(records[0]?.occurredAt).toBe(request.generatedAt)
    expect(records[0]?.facts).toEqual({ eventCount: 1, hitCount: 1, symbolId: 'a' })
  })

  test('sums hits no further than the largest integer that every JSON reader gets right', async () => {
    const event = { symbolId: 'a', hitCount: Number.MAX_SAFE_INTEGER }
    const { records } = await builderOf([event, event]).build(request)
    expect(records[0]?.facts.hitCount).toBe(Number.MAX_SAFE_INTEGER)
  })

  test('leaves a value that is very long to the trace, but not an identifier', async () => {
    const long = 'x'.repeat(4096)
    const { records } = await builderOf(symbols([long])).build(request)
    expect(records[0]?.subject.identifier).toBe(long)
    expect(records[0]?.facts).not.toHaveProperty('symbolId')
  })

  test('has other ids for another request, and the same for the same', async () => {
    const build = (changes: object) => builderOf(symbols(['a', 'b'])).build({ ...request, ...changes })
    const feed = await build({})
    expect(await build({})).toEqual(feed)
    expect((await build({ correlationId: 'other' })).feedId).not.toBe(feed.feedId)
    expect((await build({ tenant: 'other' })).feedId).not.toBe(feed.feedId)
    expect(feed.records[0]?.recordId).not.toBe(feed.records[1]?.recordId)
  })

  test('has bytes that are its canonical JSON, with hostile names, and with any number of records', async () => {
    for (const names of [[], ['a'], ['"records":[]', '\\', '{"', '\u2028🐍', '__proto__']]) {
      const feed = await builderOf(symbols(names)).build({ ...request, correlationId: '"records":[]' })
      expect(Buffer.concat([...feedBytes(feed)]).toString('utf8')).toBe(canonicalJson(feed))
      const signed = { ...feed, attestation: { records: [] } }
      expect(Buffer.concat([...feedBytes(signed)]).toString('utf8')).toBe(canonicalJson(signed))
    }
  })
})

describe('more subjects than a feed holds', () => {
  const names = Array.from({ length: 50 }, (_, number) => `s${String(number).padStart(2, '0')}`)

  test.each([
    ['rising', names],
    ['falling', names.toReversed()],
    ['twice, from both ends', [...names, ...names.toReversed()]],
  ])('leave the ordinally smallest, and a flag, when they come %s', async (_, ordered) => {
    const builder = builderOf(symbols(ordered), 7)
    const feed = await builder.build(request)
    expect(feed.truncated).toBe(true)
    expect(feed.records.map(({ subject }) => subject.identifier)).toEqual(names.slice(0, 7))
    expect(builder.contextRecords().truncated).toBe(true)
    expect(builder.contextRecords().records).toHaveLength(7)
  })

  test('do not lose an event of a subject that is kept', async () => {
    const { records } = await builderOf(symbols([...names.toReversed(), ...names, ...names.toReversed()]), 7).build(
      request,
    )
    expect(records.map(({ facts }) => facts.eventCount)).toEqual(Array(7).fill(3))
  })

  test('are no more than it holds when there are exactly as many', async () => {
    expect(await builderOf(symbols(names), 50).build(request)).not.toHaveProperty('truncated')
    expect(await builderOf(symbols(names), 49).build(request)).toHaveProperty('truncated', true)
  })
})

test('records of a million different symbols are ten thousand', async () => {
  const builder = new FeedBuilder()
  for (let number = 0; number < 1_000_000; number += 1) builder.add({ symbolId: `s${number % 999_983}`, hitCount: 1 })
  const feed = await builder.build(request)
  expect(feed.records).toHaveLength(10_000)
  expect(feed.truncated).toBe(true)
  const keys = feed.records.map(recordKey)
  expect(keys).toEqual(keys.toSorted())
})

test.each(['go/tomljson', 'java/plexus-classworlds', 'node/semver', 'python/autopep8'])(
  'a real run makes a feed as its schema has it: %s',
  async (folder) => {
    const file = join(import.meta.dirname, '../../../fixtures/real', folder, 'runtime.ndjson')
    const events: ObservedEvent[] = readFileSync(file, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line, (key, value) => (key === 'processId' ? String(value) : value)))
    const feed = await builderOf(events).build(request)
    expect(provenanceFeedSchema.parse(feed)).toEqual(feed)
    const counted = feed.records.reduce((sum, { facts }) => sum + facts.eventCount, 0)
    expect(counted).toBe(events.length)
    expect(new Set(feed.records.map(({ subject }) => subject.identifier))).toEqual(
      new Set(events.map(({ processName }) => processName)),
    )
  },
)

import { expect, test } from 'vitest'
import type { Evidence } from '../../../src/evidence/evidence.ts'
import { isChunked, readAllEntries } from '../../../src/facts/chunked-list.ts'
import { mergeContext, noContext } from '../../../src/facts/merge-context.ts'
import { presentFact } from '../../../src/facts/present-fact.ts'
import { canonicalBytes } from '../../../src/lib/canonical-json.ts'
import type { ObservedEvent } from '../../../src/provenance/classify-event.ts'
import type { ContextRecord } from '../../../src/provenance/context-facts.ts'
import { FeedBuilder } from '../../../src/provenance/feed-builder.ts'
import { recordKey } from '../../../src/provenance/provenance-record.ts'
import { evidenceOf, FoldedSubject, type TinyGraphs } from '../../support/folded-fact.ts'
import { mapBlobs } from '../../support/map-blobs.ts'

const graphs: TinyGraphs = { 'cg-1': { edges: ['main>a'], entryPoints: ['main'] } }

function batchOf(events: readonly ObservedEvent[]): Evidence {
  const builder = new FeedBuilder()
  for (const event of events) builder.add(event)
  return evidenceOf({
    kind: 'runtime',
    callgraphId: 'cg-1',
    source: 'agent',
    hits: [],
    context: builder.contextRecords(),
  })
}

function sockets(...numbers: readonly number[]): ObservedEvent[] {
  return numbers.map((number) => ({
    symbolId: 'a',
    hitCount: 1,
    socketAddress: `10.0.${String(number).padStart(6, '0')}`,
    observedAt: '2026-11-20T12:00:00.000Z',
  }))
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, place) => from + place)

test('a fact joins what all its batches saw, and names the contract', async () => {
  const subject = new FoldedSubject(graphs)
  const event = { symbolId: 'a', hitCount: 1, processName: 'node' }
  await subject.fold(batchOf([{ ...event, observedAt: '2026-11-20T12:00:05.000Z' }]))
  await subject.fold(
    batchOf([
      { ...event, observedAt: '2026-11-20T12:00:01.000Z', buildId: 'b' },
      { symbolId: 'c', hitCount: 1 },
    ]),
  )
  expect(subject.body.contextFacts).toEqual({
    aoc: { version: '1.0', contract: 'signals.provenance-feed.v1' },
    records: [
      {
        recordType: 'runtime.process.observed',
        subject: { type: 'process', identifier: 'node' },
        firstOccurredAt: '2026-11-20T12:00:01.000Z',
        occurredAt: '2026-11-20T12:00:05.000Z',
        confidence: 0.8,
        evidence: { captureMethod: 'PROC_SCAN' },
      },
      {
        recordType: 'runtime.symbol.invoked',
        subject: { type: 'symbol', identifier: 'c' },
        confidence: 0.5,
        evidence: { captureMethod: 'API_CALL' },
      },
    ],
  })
})

test('a fact without any batch has no records', async () => {
  const subject = new FoldedSubject(graphs)
  await subject.fold(evidenceOf({ kind: 'callgraph', callgraphId: 'cg-1', targets: ['a'] }))
  expect(subject.body.contextFacts.records).toEqual([])
  expect(subject.body.contextFacts).not.toHaveProperty('truncated')
})

test('the same context again makes no other version of the fact', async () => {
  const subject = new FoldedSubject(graphs)
  expect((await subject.fold(batchOf(sockets(1, 2)))).hasChanged).toBe(true)
  expect((await subject.fold(batchOf(sockets(2)))).hasChanged).toBe(false)
  expect((await subject.fold(batchOf(sockets(3)))).hasChanged).toBe(true)
})

test('up to 1,000 records stand in the fact, more in chunks; order and batching do not matter', async () => {
  const [together, apart] = [new FoldedSubject(graphs), new FoldedSubject(graphs)]
  await together.fold(batchOf(sockets(...range(0, 1000))))
  expect(together.body.contextFacts.records).toHaveLength(1000)
  await together.fold(batchOf(sockets(...range(1000, 3000))))
  const batches = [range(2500, 3000), range(0, 10), range(5, 2000), range(1500, 2600)].map((numbers) =>
    batchOf(sockets(...numbers)),
  )
  for (const batch of batches) await apart.fold(batch)
  expect(apart.body).toEqual(together.body)
  expect(apart.row?.ledger.chunked.contextRecords).toEqual(together.row?.ledger.chunked.contextRecords)
  expect(apart.body.contextFacts.records).toMatchObject({ count: 3000 })
  const chunked = apart.row!.ledger.chunked.contextRecords!
  const keys = (await readAllEntries<ContextRecord>(apart.blobs, chunked)).map(recordKey)
  expect(keys).toEqual([...new Set(keys)].sort())
})

test('a batch that touches one chunk reads one and writes one', async () => {
  const blobs = mapBlobs()
  const full = await mergeContext(blobs, { context: noContext, evidence: [batchOf(sockets(...range(0, 5000)))] })
  if (!isChunked(full.records)) throw new Error('the list is long')
  expect(full.records.chunks.length).toBeGreaterThan(3)
  blobs.takeCounts()
  const [event] = sockets(2500)
  const later = [{ ...event!, observedAt: '2026-11-20T13:00:00.000Z' }]
  await mergeContext(blobs, { context: full, evidence: [batchOf(later)] })
  expect(blobs.takeCounts()).toEqual({ reads: 1, puts: 1 })
  await mergeContext(blobs, { context: full, evidence: [batchOf(sockets(2500))] })
  expect(blobs.takeCounts()).toEqual({ reads: 1, puts: 0 })
})

test('beyond 10,000 the ordinally smallest are kept, with a flag that stays, whatever came first', async () => {
  const parts = [range(0, 4000), range(4000, 8000), range(8000, 12_000)].map((numbers) => batchOf(sockets(...numbers)))
  const [rising, falling] = [new FoldedSubject(graphs), new FoldedSubject(graphs)]
  for (const part of parts) await rising.fold(part)
  for (const part of parts.toReversed()) await falling.fold(part)
  expect(falling.body).toEqual(rising.body)
  expect(rising.body.contextFacts).toMatchObject({ truncated: true, records: { count: 10_000 } })
  await rising.fold(batchOf(sockets(1)))
  expect(rising.body.contextFacts.truncated).toBe(true)
})

test('records of a large batch are read from where its evidence says', async () => {
  const subject = new FoldedSubject(graphs)
  const whole = batchOf(sockets(1, 2, 3))
  if (whole.payload.kind !== 'runtime') throw new Error('a batch is runtime evidence')
  const { records = [] } = whole.payload.context ?? {}
  const contextDigest = await subject.blobs.putBlob(canonicalBytes(records))
  await subject.fold(evidenceOf({ ...whole.payload, context: { records: [], truncated: true }, contextDigest }))
  expect(subject.body.contextFacts).toMatchObject({ records, truncated: true })
})

test('a response carries all context records, also where the fact holds them in chunks', async () => {
  const subject = new FoldedSubject(graphs)
  await subject.fold(batchOf(sockets(...range(0, 1500))))
  const presented = await presentFact(subject.blobs, subject.row!)
  const { contextFacts } = JSON.parse(String(presented?.bytes)) as { contextFacts: { records: ContextRecord[] } }
  expect(contextFacts.records.map(({ subject }) => subject.identifier)).toEqual(
    sockets(...range(0, 1500)).map(({ socketAddress }) => socketAddress),
  )
  expect(contextFacts).toMatchObject({ aoc: { version: '1.0' } })
})

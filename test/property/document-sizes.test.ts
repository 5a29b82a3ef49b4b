import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MongoCallgraphRepository } from '../../src/callgraphs/mongo-callgraph-repository.ts'
import { MongoDeadLetters } from '../../src/events/mongo-dead-letters.ts'
import { MongoEventLog } from '../../src/events/mongo-event-log.ts'
import type { EvidencePayload, SymbolHits } from '../../src/evidence/evidence.ts'
import { MongoEvidenceQueue } from '../../src/evidence/mongo-evidence-queue.ts'
import type { FactLedger, ListIndex } from '../../src/facts/fact-ledger.ts'
import type { FactRow } from '../../src/facts/fact-row.ts'
import { MongoFactRepository } from '../../src/facts/mongo-fact-repository.ts'
import { sha256Of } from '../../src/identifiers/digest.ts'
import { maxDocumentBytes } from '../../src/mongo/documents.ts'
import { type CapturedDocuments, capturedDocuments } from '../support/captured-documents.ts'
import {
  factUpdated,
  slimEvent,
  someCallgraph,
  someEvidence,
  someFactRow,
  someSummary,
} from '../support/store-values.ts'

/** One character, one UTF-16 unit: plain, three bytes of UTF-8, escaped in JSON, and what sorts otherwise. */
const unit = fc.constantFrom<string>('x', '中', '"', '\uffef')
/** None, a few, or as many as there may be. */
const upTo = (most: number) => fc.constantFrom(0, 1, most)

function names(count: number, length: number, of: string): string[] {
  return Array.from({ length: count }, (_, number) => String(number).padEnd(length, of))
}

/** Limits of contracts, 12; of aliases and callgraphs, the most that can be configured. */
const most = { subjectKey: 512, aliases: 250, callgraphs: 1_000, analysisId: 128, id: 4_096, events: 500, folded: 500 }

const extreme = fc.record({
  of: unit,
  aliases: upTo(most.aliases),
  callgraphs: upTo(most.callgraphs),
  events: upTo(most.events),
  folded: upTo(most.folded),
  inline: upTo(1_000),
  chunks: upTo(2_000),
  given: upTo(2_000),
  bodyBytes: upTo(256 * 1024),
})
type Extreme = typeof extreme extends fc.Arbitrary<infer Drawn> ? Drawn : never

function ledgerOf({ of, callgraphs, inline, chunks, given }: Extreme): FactLedger {
  const { ledger } = someFactRow()
  const [longest = ''] = names(1, most.id, of)
  const chunk = { digest: sha256Of(of), count: 512, firstKey: `${'c'.repeat(most.analysisId)}\0${longest}` }
  const index: ListIndex = { count: 512 * chunks, chunks: Array.from({ length: chunks }, () => chunk) }
  const callgraphIds = names(callgraphs, most.analysisId, 'c')
  return {
    ...ledger,
    callgraphIds,
    watchedCallgraphIds: callgraphIds,
    provenance: { sources: names(100, 1_024, of), callgraphIds },
    analysisIds: names(100, most.analysisId, 'a'),
    metadata: Object.fromEntries(names(64, 128, of).map((key) => [key, of.repeat(1_024)])),
    entryPoints: names(given, most.id, of),
    requested: names(inline, most.id, of).map((name) => ({ name, namedWith: 'cg-1' })),
    unknowns: names(inline, most.id, of).map((symbolId) => ({ symbolId, reasons: [longest], sources: ['api'] })),
    ...(chunks > 0 && { chunked: { targets: index, states: index, runtimeFacts: index, contextRecords: index } }),
  }
}

function rowOf(drawn: Extreme): FactRow {
  const { of, aliases, callgraphs, events, folded, bodyBytes } = drawn
  const subjectKey = of.repeat(most.subjectKey)
  const callgraphIds = names(callgraphs, most.analysisId, 'c')
  const event = slimEvent(2 ** 31, { traceId: '0'.repeat(32), spanId: '0'.repeat(16) })
  const figures = { ...event.figures, callgraphIds }
  const { fact, ...row } = someFactRow()
  return {
    ...row,
    subjectKey,
    aliases: names(aliases, most.subjectKey, of),
    folded: Array.from({ length: folded }, () => randomUUID()),
    events: Array.from({ length: events }, () => ({ ...event, id: randomUUID(), figures })),
    ledger: ledgerOf(drawn),
    ...(fact && {
      fact: {
        ...fact,
        summary: someSummary({ subjectKey, callgraphIds }),
        metadata: { 'provenance.source': names(100, 1_024, of).join(',') },
        body: Buffer.alloc(bodyBytes, 'x'),
      },
    }),
  }
}

function expectSmall({ written }: CapturedDocuments, collection: string): void {
  expect(written.map((each) => each.collection)).toContain(collection)
  expect(written.filter(({ bytes }) => bytes > maxDocumentBytes)).toEqual([])
}

test('the row of a subject that holds as much as it may is a document of less than 2 MiB', async () => {
  await fc.assert(
    fc.asyncProperty(extreme, async (drawn) => {
      const captured = capturedDocuments()
      expect(await new MongoFactRepository(captured.mongo).save(rowOf(drawn))).toBe('saved')
      expectSmall(captured, 'facts')
    }),
    { numRuns: 25, examples: [[{ ...fullOf('中') }], [{ ...fullOf('"') }]] },
  )
}, 300_000)

function fullOf(of: string): Extreme {
  const { aliases, callgraphs, events, folded } = most
  return { of, aliases, callgraphs, events, folded, inline: 1_000, chunks: 2_000, given: 2_000, bodyBytes: 256 * 1024 }
}

const hits = (count: number, of: string): SymbolHits[] =>
  names(count, most.id, of).map((symbolId) => ({ symbolId, hitCount: 1, codeIds: names(32, 512, of) }))

const payload: fc.Arbitrary<EvidencePayload> = fc.tuple(unit, upTo(2_000)).chain(([of, count]) => {
  const callgraphId = 'c'.repeat(most.analysisId)
  const metadata = Object.fromEntries(names(64, 128, of).map((key) => [key, of.repeat(1_024)]))
  const texts = names(count, most.id, of)
  return fc.constantFrom<EvidencePayload>(
    { kind: 'callgraph', callgraphId, targets: texts },
    { kind: 'runtime', callgraphId, source: of.repeat(1_024), hits: hits(Math.min(count, 100), of), metadata },
    { kind: 'runtime', callgraphId, source: 'agent', hits: [], hitsDigest: sha256Of('hits'), metadata },
    { kind: 'recompute', targets: texts, entryPoints: texts, metadata },
    {
      kind: 'unknowns',
      callgraphId,
      source: 'api',
      unknowns: texts.map((symbolId) => ({ symbolId, reason: symbolId })),
    },
  )
})

test('so is evidence, with the longest of keys and receipts', async () => {
  await fc.assert(
    fc.asyncProperty(payload, unit, upTo(1_000), async (drawn, of, refusedTotal) => {
      const captured = capturedDocuments()
      const line = { line: 2 ** 31, byteOffset: 2 ** 31, code: 'LINE_INVALID', message: of.repeat(1_024) }
      const refused = Array.from({ length: refusedTotal }, () => ({ ...line, text: of.repeat(1_024) }))
      const evidence = someEvidence({
        payload: drawn,
        subjectKey: of.repeat(most.subjectKey),
        aliases: names(2, most.subjectKey, of),
        idempotency: { scope: `POST /${'s'.repeat(most.id)}`, key: 'k'.repeat(255), fingerprint: sha256Of(of) },
      })
      await new MongoEvidenceQueue(captured.mongo).append({
        ...evidence,
        receipt: { ...evidence.receipt, refused, refusedTotal },
      })
      expectSmall(captured, 'evidence')
    }),
    { numRuns: 40 },
  )
}, 300_000)

test('so are events, dead letters and callgraphs', async () => {
  await fc.assert(
    fc.asyncProperty(unit, upTo(100), upTo(most.callgraphs), async (of, targets, callgraphs) => {
      const captured = capturedDocuments()
      const event = factUpdated({ subject_key: of.repeat(most.subjectKey) })
      const callgraphIds = names(callgraphs, most.analysisId, 'c')
      const long = { ...event, summary: { ...event.summary, targets: names(targets, most.id, of), callgraphIds } }
      await new MongoEventLog(captured.mongo).append([long])
      expectSmall(captured, 'events')
      const letter = { event: long, reason: of.repeat(10_000), attempts: 9, firstFailedAt: '', deadAt: '' }
      await new MongoDeadLetters(captured.mongo).add(letter)
      expectSmall(captured, 'deadLetters')
      const entryPoints = names(1_000, most.id, of).map(
        (nodeId) => ({ nodeId, kind: 'main', source: 'declared' }) as const,
      )
      await new MongoCallgraphRepository(captured.mongo).upsert(
        someCallgraph({ entryPoints, component: of.repeat(most.id), subjectKeys: [of.repeat(most.subjectKey)] }),
      )
      expectSmall(captured, 'callgraphs')
    }),
    { numRuns: 30 },
  )
}, 300_000)

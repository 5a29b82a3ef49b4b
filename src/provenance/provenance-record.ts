import { z } from 'zod'

/** Most specific first: the order in which an event's fields are asked what it is about. Source: contracts, 10. */
export const recordTypes = [
  'runtime.network.connection',
  'runtime.container.activity',
  'runtime.process.observed',
  'runtime.package.loaded',
  'runtime.symbol.invoked',
] as const

/** Most direct first: of several ways of seeing the same, a record names the one that comes first here. */
export const captureMethods = ['EBPF', 'PROC_SCAN', 'API_CALL', 'LOG_ANALYSIS', 'STATIC_ANALYSIS'] as const

const timestamp = z.iso.datetime({ precision: 3 })
const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/)
const count = z.int().min(1)

export const recordTypeSchema = z.enum(recordTypes)
export const captureMethodSchema = z.enum(captureMethods)

export const provenanceSubjectSchema = z.strictObject({
  type: z.enum(['network', 'container', 'process', 'package', 'symbol']),
  identifier: z.string().min(1).describe('socket address, container id, process name (or id), purl, symbol id'),
  digest: digest.optional(),
})

export const confidenceSchema = z.number().min(0.5).max(0.95)

const observedValue = z.string().min(1).optional()

/** What the record's events said. Of the named values, only those that all of them share. */
export const recordFactsSchema = z.strictObject({
  eventCount: count,
  hitCount: count,
  firstObservedAt: timestamp.optional(),
  observedAt: timestamp.optional().describe('the last; both times are absent when no event had one'),
  symbolId: observedValue,
  codeId: observedValue,
  purl: observedValue,
  buildId: observedValue,
  loaderBase: observedValue,
  processId: observedValue,
  processName: observedValue,
  socketAddress: observedValue,
  containerId: observedValue,
  evidenceUri: observedValue,
})

export const provenanceRecordSchema = z.strictObject({
  recordId: z.uuid().describe('RFC 9562 version 5, over the canonical record without this member'),
  recordType: recordTypeSchema,
  subject: provenanceSubjectSchema,
  occurredAt: timestamp.describe('the last observation; the time of the feed when no event had one'),
  observedBy: z.string().min(1).optional(),
  confidence: confidenceSchema.describe('the highest of the events of the record'),
  facts: recordFactsSchema,
  evidence: z.strictObject({
    captureMethod: captureMethodSchema,
    rawDataRef: z.string().min(1).optional(),
    sourceDigest: digest.optional(),
  }),
})

export const provenanceFeedSchema = z
  .strictObject({
    schemaVersion: z.literal(1),
    feedId: z.uuid().describe('RFC 9562 version 5, over the other members, each record by its id'),
    feedType: z.literal('RUNTIME_FACTS'),
    generatedAt: timestamp,
    sourceService: z.string().min(1),
    tenantId: z.string().min(1),
    correlationId: z.string().min(1),
    records: z.array(provenanceRecordSchema).describe('one per distinct record type and subject, in ordinal order'),
    truncated: z.literal(true).optional().describe('there were more subjects than a feed holds'),
    metadata: z.strictObject({
      'aoc.version': z.string(),
      'aoc.contract': z.string(),
      'aoc.correlation': z.string().min(1),
    }),
    attestation: z.looseObject({}).optional().describe('reserved: a signature over the feed'),
  })
  .describe('What one batch of runtime facts says it saw')

export type RecordType = z.infer<typeof recordTypeSchema>
export type CaptureMethod = z.infer<typeof captureMethodSchema>
export type ProvenanceSubject = z.infer<typeof provenanceSubjectSchema>
export type RecordFacts = z.infer<typeof recordFactsSchema>
export type ProvenanceRecord = z.infer<typeof provenanceRecordSchema>
export type ProvenanceFeed = z.infer<typeof provenanceFeedSchema>

/** The append-only contract that feeds and context facts are written to. */
export const aocVersion = '1.0'
export const aocContract = 'signals.provenance-feed.v1'

export const maxRecords = 10_000

/** By this a record is the same as another, and in its ordinal order records are sorted. */
export function recordKey({ recordType, subject }: Pick<ProvenanceRecord, 'recordType' | 'subject'>): string {
  return `${recordType}\0${subject.identifier}`
}

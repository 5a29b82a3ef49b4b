import { setImmediate as nextTurn } from 'node:timers/promises'
import { classifyEvent, type ObservedEvent } from './classify-event.ts'
import type { ContextRecords } from './context-facts.ts'
import {
  aocContract,
  aocVersion,
  maxRecords,
  type ProvenanceFeed,
  type ProvenanceRecord,
  recordKey,
} from './provenance-record.ts'
import { contentUuid } from './record-id.ts'
import { SmallestEntries } from './smallest-entries.ts'
import { SubjectSightings } from './subject-sightings.ts'

/** What a feed says that is of its request, not of its events. */
export interface FeedRequest {
  readonly tenant: string
  readonly correlationId: string
  readonly generatedAt: string
  readonly sourceService: string
  readonly observedBy?: string | undefined
  /** Where the events themselves are, and the digest of what is there. */
  readonly rawDataRef?: string | undefined
  readonly sourceDigest?: string | undefined
}

/**
 * Gathers the events of a batch by what they are about. One record per distinct record type and subject, since a batch
 * of a million lines must not make a million records; the lines themselves are in the trace.
 */
export class FeedBuilder {
  readonly #bySubject: SmallestEntries<SubjectSightings>

  constructor(limits: { readonly maxRecords: number } = { maxRecords }) {
    this.#bySubject = new SmallestEntries(limits.maxRecords)
  }

  add(event: ObservedEvent): void {
    const about = classifyEvent(event)
    this.#bySubject.obtain(recordKey(about), () => new SubjectSightings(about))?.add(event)
  }

  async build(request: FeedRequest): Promise<ProvenanceFeed> {
    const records = await this.#records(request)
    const head: Omit<ProvenanceFeed, 'feedId' | 'records'> = {
      schemaVersion: 1,
      feedType: 'RUNTIME_FACTS',
      generatedAt: request.generatedAt,
      sourceService: request.sourceService,
      tenantId: request.tenant,
      correlationId: request.correlationId,
      ...(this.#bySubject.isTruncated && { truncated: true }),
      metadata: {
        'aoc.version': aocVersion,
        'aoc.contract': aocContract,
        'aoc.correlation': request.correlationId,
      },
    }
    return { ...head, feedId: contentUuid({ ...head, records: records.map(({ recordId }) => recordId) }), records }
  }

  /** The same without anything that is of this batch alone: what the subject's fact keeps. */
  contextRecords(): ContextRecords {
    const records = this.#bySubject.values().map((sightings) => sightings.toContextRecord())
    return { records, ...(this.#bySubject.isTruncated && { truncated: true }) }
  }

  async #records(request: FeedRequest): Promise<ProvenanceRecord[]> {
    const records: ProvenanceRecord[] = []
    for (const sightings of this.#bySubject.values()) {
      records.push(recordOf(sightings, request))
      // Ten thousand records take longer than other requests should wait.
      if (records.length % recordsPerTurn === 0) await nextTurn()
    }
    return records
  }
}

const recordsPerTurn = 250

function recordOf(sightings: SubjectSightings, request: FeedRequest): ProvenanceRecord {
  const { recordType, subject, occurredAt, confidence, evidence } = sightings.toContextRecord()
  const content = {
    recordType,
    subject,
    occurredAt: occurredAt ?? request.generatedAt,
    ...(request.observedBy !== undefined && { observedBy: request.observedBy }),
    confidence,
    facts: sightings.toFacts(),
    evidence: {
      ...evidence,
      ...(request.rawDataRef !== undefined && { rawDataRef: request.rawDataRef }),
      ...(request.sourceDigest !== undefined && { sourceDigest: request.sourceDigest }),
    },
  }
  return { recordId: contentUuid(content), ...content }
}

import { Readable } from 'node:stream'
import { stageArchive } from '../cas/archive.ts'
import type { StagedBlob } from '../cas/staged-blob.ts'
import type { Staging } from '../cas/staging.ts'
import { type Digest, sha256Of } from '../identifiers/digest.ts'
import type { Tenant } from '../identifiers/tenant.ts'
import { canonicalBytes } from '../lib/canonical-json.ts'
import type { FeedBuilder } from '../provenance/feed-builder.ts'
import { feedBytes } from '../provenance/feed-bytes.ts'
import type { ProvenanceFeed } from '../provenance/provenance-record.ts'
import type { BatchEnvelope } from './batch-envelope.ts'

export const traceSchema = 'signals.runtime-trace.v1'

export interface TraceInput {
  readonly tenant: Tenant
  readonly correlationId: string
  readonly agentInstance: string | undefined
  readonly receiptId: string
  readonly envelope: BatchEnvelope
  readonly source: string
  readonly ingestedAt: string
  readonly accepted: number
  readonly bodyDigest: Digest
  readonly provenance: FeedBuilder
  /** The accepted events, a line each, in the order received. */
  readonly events: Uint8Array | StagedBlob
}

export interface StagedTrace {
  readonly blob: StagedBlob
  /** Over `feed.json`: who saw what, when, and in which events. */
  readonly provenanceHash: Digest
}

/** The batch as an archive: what a fact can be traced back to. Source: contracts, 8 and 10. */
export async function stageTrace(staging: Staging, trace: TraceInput): Promise<StagedTrace> {
  const feed = await stageFeed(staging, await feedOf(trace))
  try {
    const blob = await stageArchive(staging, [
      { name: eventsName, content: trace.events },
      { name: 'feed.json', content: feed },
      { name: 'meta.json', content: canonicalBytes(metaOf(trace)) },
    ])
    return { blob, provenanceHash: feed.digest }
  } finally {
    await feed.discard()
  }
}

export const eventsName = 'events.ndjson'

async function feedOf(trace: TraceInput): Promise<ProvenanceFeed> {
  const { tenant, correlationId, agentInstance, source, ingestedAt, events, provenance } = trace
  return await provenance.build({
    tenant,
    correlationId,
    generatedAt: ingestedAt,
    sourceService: 'signals',
    observedBy: agentInstance ?? source,
    // The trace cannot name itself: its digest is over the feed as well.
    rawDataRef: eventsName,
    sourceDigest: events instanceof Uint8Array ? sha256Of(events) : events.digest,
  })
}

async function stageFeed(staging: Staging, feed: ProvenanceFeed): Promise<StagedBlob> {
  return await staging.stage(Readable.from(feedBytes(feed)), 'identity')
}

function metaOf({ receiptId, envelope, source, ingestedAt, accepted, bodyDigest }: TraceInput) {
  const { subject, subjectKey, aliases, callgraphId, analysisId, window, metadata } = envelope
  return {
    schema: traceSchema,
    receiptId,
    subject,
    subjectKey,
    aliases,
    callgraphId,
    analysisId,
    observation: window,
    accepted,
    bodyDigest,
    metadata: {
      ...metadata,
      'provenance.source': source,
      'provenance.ingestedAt': ingestedAt,
      'provenance.callgraphId': callgraphId,
    },
  }
}

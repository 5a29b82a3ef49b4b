import { stageArchive } from '../cas/archive.ts'
import type { StagedBlob } from '../cas/staged-blob.ts'
import type { Staging } from '../cas/staging.ts'
import { type Digest, sha256Of } from '../identifiers/digest.ts'
import { canonicalBytes } from '../lib/canonical-json.ts'
import type { BatchEnvelope } from './batch-envelope.ts'

export const traceSchema = 'signals.runtime-trace.v1'

export interface TraceInput {
  readonly receiptId: string
  readonly envelope: BatchEnvelope
  readonly source: string
  readonly ingestedAt: string
  readonly accepted: number
  readonly bodyDigest: Digest
  /** The accepted events, a line each, in the order received. */
  readonly events: Uint8Array | StagedBlob
}

export interface StagedTrace {
  readonly blob: StagedBlob
  /** Over `meta.json`: who observed what, when it came, and from which body. */
  readonly provenanceHash: Digest
}

/** The batch as an archive: what a fact can be traced back to. Source: contracts, 8 and 10. */
export async function stageTrace(staging: Staging, trace: TraceInput): Promise<StagedTrace> {
  const meta = canonicalBytes(metaOf(trace))
  const blob = await stageArchive(staging, [
    { name: 'events.ndjson', content: trace.events },
    { name: 'meta.json', content: meta },
  ])
  return { blob, provenanceHash: sha256Of(meta) }
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

import type { IdempotencyClaim } from '../evidence/evidence.ts'
import { contentKey, headerKey, type IdempotencyForm } from '../evidence/idempotency.ts'
import { type Digest, sha256Of } from '../identifiers/digest.ts'
import { canonicalJson } from '../lib/canonical-json.ts'
import type { BatchEnvelope } from './batch-envelope.ts'

export interface ClaimInput {
  /** Method, route pattern and path parameters. */
  readonly scope: string
  readonly idempotencyKey: string | undefined
  readonly agentInstance: string | undefined
  readonly isStrict: boolean
  readonly format: string
  /** Of the decompressed body. */
  readonly bodyDigest: Digest
  readonly envelope: BatchEnvelope
  readonly isEachTimed: boolean
  readonly isEachInContainer: boolean
}

export interface BatchClaim {
  readonly form: IdempotencyForm
  readonly claim: IdempotencyClaim | undefined
}

/**
 * The client's key, else the content itself, but only where equal content must be one observation: every event has its
 * time, and who observed it is known. Otherwise a batch is always new. Source: contracts, 1.
 */
export function claimOf(input: ClaimInput): BatchClaim {
  const { scope, idempotencyKey, agentInstance } = input
  if (idempotencyKey !== undefined) {
    return { form: 'header', claim: { scope, key: headerKey(idempotencyKey), fingerprint: requestFingerprint(input) } }
  }
  if (!input.isEachTimed || (agentInstance === undefined && !input.isEachInContainer)) {
    return { form: 'none', claim: undefined }
  }
  const fingerprint = contentFingerprint(input)
  return { form: 'content', claim: { scope, key: contentKey(fingerprint), fingerprint } }
}

/** What must be equal for a request with a key to be a repeat: body, subject, graph, analysis, format and strictness. */
function requestFingerprint({ bodyDigest, envelope, format, isStrict }: ClaimInput): Digest {
  const { subjectKey, aliases, callgraphId, analysisId } = envelope
  return sha256Of(canonicalJson({ bodyDigest, subjectKey, aliases, callgraphId, analysisId, format, isStrict }))
}

function contentFingerprint({ bodyDigest, envelope, agentInstance }: ClaimInput): Digest {
  const { subjectKey, callgraphId } = envelope
  return sha256Of(canonicalJson({ bodyDigest, subjectKey, callgraphId, agentInstance }))
}

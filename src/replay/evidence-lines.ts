import { z } from 'zod'
import { digestOfKey } from '../cas/cas-key.ts'
import type { CasKey } from '../cas/cas-store.ts'
import { parseCasUri } from '../cas/cas-uri.ts'
import type { Evidence } from '../evidence/evidence.ts'
import { type Digest, isDigest } from '../identifiers/digest.ts'
import { canonicalJson } from '../lib/canonical-json.ts'

const Subject = z.union([
  z.strictObject({ scanId: z.string().min(1) }),
  z.strictObject({ imageDigest: z.string().min(1) }),
  z.strictObject({ component: z.string().min(1), version: z.string().min(1) }),
])
const Text = z.string()
const Texts = z.array(Text).readonly()
const DigestText = z.templateLiteral(['sha256:', z.string()]).refine(isDigest, 'is no digest')
const Window = z.strictObject({ from: Text, to: Text, dropped: z.int().nonnegative().exactOptional() })

/** A batch stands here by its trace: what was observed is read from there again. */
const Payload = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('callgraph'), callgraphId: Text, targets: Texts, analysisId: Text.exactOptional() }),
  z.strictObject({
    kind: z.literal('runtime'),
    callgraphId: Text,
    trace: DigestText.nullable(),
    source: Text,
    window: Window.exactOptional(),
    analysisId: Text.exactOptional(),
  }),
  z.strictObject({
    kind: z.literal('recompute'),
    callgraphIds: Texts.exactOptional(),
    targets: Texts.exactOptional(),
    entryPoints: Texts.exactOptional(),
    blockedEdges: z
      .array(z.strictObject({ from: Text, to: Text }))
      .readonly()
      .exactOptional(),
  }),
  z.strictObject({
    kind: z.literal('unknowns'),
    callgraphId: Text,
    source: Text,
    unknowns: z
      .array(
        z.strictObject({
          symbolId: Text.exactOptional(),
          codeId: Text.exactOptional(),
          purl: Text.exactOptional(),
          edgeFrom: Text.exactOptional(),
          edgeTo: Text.exactOptional(),
          reason: Text.exactOptional(),
        }),
      )
      .readonly(),
  }),
])

/** One piece of evidence in a bundle: nothing of who may read it, of receipts or of keys. */
export const EvidenceRecord = z.strictObject({
  evidenceId: Text,
  recordedAt: Text,
  subject: Subject,
  payload: Payload,
})
export type EvidenceRecord = z.infer<typeof EvidenceRecord>

export function evidenceRecordOf(evidence: Evidence): EvidenceRecord {
  const { id, receivedAt, subject } = evidence
  if (!subject) throw new TypeError('evidence that was folded has a subject')
  return { evidenceId: id, recordedAt: receivedAt, subject, payload: payloadOf(evidence) }
}

/** Without its line feed. Metadata is in no fact, and so in no bundle. */
export function evidenceLine(record: EvidenceRecord): string {
  return canonicalJson(record)
}

function payloadOf(evidence: Evidence): EvidenceRecord['payload'] {
  const { payload } = evidence
  switch (payload.kind) {
    case 'callgraph':
    case 'unknowns':
      return payload
    case 'recompute': {
      const { metadata: _, ...given } = payload
      return given
    }
    case 'runtime': {
      const { callgraphId, source, window, analysisId } = payload
      const said = { callgraphId, source, ...(window && { window }), ...(analysisId !== undefined && { analysisId }) }
      return { kind: 'runtime', trace: traceOf(evidence)?.digest ?? null, ...said }
    }
  }
}

export interface StoredTrace {
  readonly key: CasKey
  readonly digest: Digest
}

/** Where a batch's trace rests: its receipt told the client so. */
export function traceOf({ tenant, receipt }: Evidence): StoredTrace | undefined {
  const uri = receipt.answer['traceCasUri']
  const key = typeof uri === 'string' ? parseCasUri(tenant, uri) : undefined
  const digest = key && digestOfKey(key)
  return key && digest && { key, digest }
}

import type { Subject } from '../identifiers/subject.ts'
import type { Tenant } from '../identifiers/tenant.ts'
import type { ContextRecords } from '../provenance/context-facts.ts'

/**
 * Every cause of a recompute is one row of evidence, saved together with the receipt that acknowledges it: once the
 * insert is durable, no crash can forget either.
 */
export interface Evidence {
  /** UUIDv7; the receipt's id too. */
  readonly id: string
  readonly tenant: Tenant
  /** Absent when nothing is to be folded, as for a graph posted without a subject. */
  readonly subject?: Subject
  readonly subjectKey?: string
  readonly aliases: readonly string[]
  readonly receivedAt: string
  readonly idempotency?: IdempotencyClaim
  readonly payload: EvidencePayload
  readonly receipt: Receipt
}

/** A key is claimed once per tenant and scope (method, route pattern, path parameters). */
export interface IdempotencyClaim {
  readonly scope: string
  readonly key: string
  /** Digest over what must be equal for a repeat to be a repeat: body, subject, graph, analysis, format, strictness. */
  readonly fingerprint: string
}

export type EvidencePayload = CallgraphEvidence | RuntimeEvidence | RecomputeEvidence | UnknownsEvidence

export interface CallgraphEvidence {
  readonly kind: 'callgraph'
  readonly callgraphId: string
  readonly targets: readonly string[]
  readonly analysisId?: string
}

export interface RuntimeEvidence {
  readonly kind: 'runtime'
  readonly callgraphId: string
  /** Sorted by symbolId. Large lists live in the CAS: then `hits` is empty and `hitsDigest` names the canonical JSON array. */
  readonly hits: readonly SymbolHits[]
  readonly hitsDigest?: `sha256:${string}`
  /** What the batch says of processes, containers, packages. Kept like the hits: then `records` is empty and a digest names them. */
  readonly context?: ContextRecords
  readonly contextDigest?: `sha256:${string}`
  readonly window?: ObservationWindow
  readonly analysisId?: string
  readonly source: string
  readonly metadata?: Readonly<Record<string, string>>
}

export interface RecomputeEvidence {
  readonly kind: 'recompute'
  readonly callgraphIds?: readonly string[]
  readonly targets?: readonly string[]
  /** Replace what was given before; `[]` clears. */
  readonly entryPoints?: readonly string[]
  readonly blockedEdges?: readonly BlockedEdge[]
  readonly metadata?: Readonly<Record<string, string>>
}

export interface UnknownsEvidence {
  readonly kind: 'unknowns'
  readonly callgraphId: string
  /** A post replaces what its source reported for the subject. */
  readonly source: string
  readonly unknowns: readonly ReportedUnknown[]
}

export interface ReportedUnknown {
  readonly symbolId?: string
  readonly codeId?: string
  readonly purl?: string
  readonly edgeFrom?: string
  readonly edgeTo?: string
  readonly reason?: string
}

export interface BlockedEdge {
  readonly from: string
  readonly to: string
}

/** From when to when an observer watched. With `dropped` > 0 its silence about a symbol proves nothing. */
export interface ObservationWindow {
  readonly from: string
  readonly to: string
  readonly dropped?: number
}

/** What was observed of one symbol, summed. Lists hold the ordinally smallest 32 distinct values. Source: contracts, 4. */
export interface SymbolHits {
  readonly symbolId: string
  readonly hitCount: number
  readonly firstObservedAt?: string | undefined
  readonly observedAt?: string | undefined
  readonly codeIds?: readonly string[] | undefined
  readonly loaderBases?: readonly string[] | undefined
  readonly purls?: readonly string[] | undefined
  readonly buildIds?: readonly string[] | undefined
  readonly containerIds?: readonly string[] | undefined
  readonly processNames?: readonly string[] | undefined
  readonly socketAddresses?: readonly string[] | undefined
  readonly evidenceUris?: readonly string[] | undefined
  /** True when a list had more than 32 distinct values. */
  readonly truncated?: boolean | undefined
}

export type EvidenceKind = EvidencePayload['kind']

/** What the client was told, plus what became of it. `answer` is the 202 body as sent. */
export interface Receipt {
  readonly receiptId: string
  readonly kind: EvidenceKind
  readonly answer: Readonly<Record<string, unknown>>
  readonly refused: readonly RefusedLine[]
  readonly refusedTotal: number
}

export interface RefusedLine {
  readonly line: number
  readonly byteOffset: number
  readonly code: string
  readonly message: string
  readonly text: string
}

import { blobKey, casUri } from '../cas/cas-uri.ts'
import type { Content } from '../cas/content.ts'
import type { Admission } from '../evidence/admission.ts'
import type { Evidence, RuntimeEvidence } from '../evidence/evidence.ts'
import type { EvidenceQueue, PendingSubject } from '../evidence/evidence-queue.ts'
import {
  type Acknowledgement,
  type IdempotencyForm,
  type IdempotencyGate,
  replayOrAppend,
} from '../evidence/idempotency.ts'
import type { Digest } from '../identifiers/digest.ts'
import type { Tenant } from '../identifiers/tenant.ts'
import { type Clock, timestampOf } from '../lib/clock.ts'
import type { FailPoints } from '../lib/fail-points.ts'
import { type BatchClaim, claimOf } from './batch-claim.ts'
import type { BatchEnvelope } from './batch-envelope.ts'
import type { EventBatch } from './event-batch.ts'
import { RuntimeFactsError } from './runtime-facts-errors.ts'
import { stageTrace } from './stage-trace.ts'
import { storeEntries } from './store-entries.ts'
import type { ToolSummary } from './tools/read-located.ts'

/** What the log tells of a batch once it is durable. */
export interface AcceptedBatch {
  readonly tenant: Tenant
  readonly subjectKey: string
  readonly callgraphId: string
  readonly receiptId: unknown
  readonly accepted: number
  readonly rejected: number
  readonly totalHits: number
}

export interface AcknowledgeBatchDeps extends Admission {
  readonly queue: Pick<EvidenceQueue, 'append' | 'findClaim'>
  readonly gate: IdempotencyGate
  readonly content: Pick<Content, 'staging' | 'putStaged'>
  /** How many of the names are no node of the graph, or several; undefined when the tenant has no such graph. */
  readonly countUnmatched: (
    tenant: Tenant,
    callgraphId: string,
    symbolIds: readonly string[],
  ) => Promise<number | undefined>
  /** Told once the batch is durable. */
  readonly onAppended: (subject: PendingSubject) => void
  readonly onAccepted: (batch: AcceptedBatch) => void
  readonly failPoints: FailPoints
  readonly clock: Clock
  /** UUIDv7. */
  readonly newId: () => string
}

/** A batch that was read and kept, and everything that was said with it. */
export interface KeptBatch {
  readonly tenant: Tenant
  /** Method, route pattern and path parameters: where a key is unique. */
  readonly scope: string
  readonly idempotencyKey: string | undefined
  readonly agentInstance: string | undefined
  readonly correlationId: string
  readonly isStrict: boolean
  readonly format: string
  readonly bodyDigest: Digest
  readonly envelope: BatchEnvelope
  readonly batch: EventBatch
  /** How a tool's own output was matched with the graph. */
  readonly toolSummary?: ToolSummary | undefined
}

/** Makes a batch durable, once: stores its trace and its hits, appends it as evidence with its receipt, and asks for a fold. */
export async function acknowledgeBatch(deps: AcknowledgeBatchDeps, kept: KeptBatch): Promise<Acknowledgement> {
  const { tenant, envelope, batch } = kept
  const { isEachTimed, isEachInContainer } = batch
  const claimed = claimOf({ ...kept, isEachTimed, isEachInContainer })
  using _held = holdContentKey(deps, kept, claimed)
  const acknowledged = await replayOrAppend(deps, { tenant, claim: claimed.claim }, () => prepare(deps, kept, claimed))
  if (!acknowledged.isReplay) {
    deps.failPoints.reach('after-append')
    deps.onAppended({ tenant, subjectKey: envelope.subjectKey })
    deps.onAccepted(acceptedBatch(kept, acknowledged))
  }
  return acknowledged
}

function acceptedBatch({ tenant, envelope, batch }: KeptBatch, { answer }: Acknowledgement): AcceptedBatch {
  const { subjectKey, callgraphId } = envelope
  const { accepted, refused, hits } = batch
  const receiptId = answer['receiptId']
  return { tenant, subjectKey, callgraphId, receiptId, accepted, rejected: refused.total, totalHits: hits.totalHits }
}

/** A client's key is held from before the body is read; the content's own is known only now. */
function holdContentKey(
  { gate }: AcknowledgeBatchDeps,
  { tenant }: KeptBatch,
  { form, claim }: BatchClaim,
): Disposable {
  return form === 'content' && claim ? gate.hold(tenant, claim.scope, claim.key) : { [Symbol.dispose]: () => undefined }
}

async function prepare(deps: AcknowledgeBatchDeps, kept: KeptBatch, { form, claim }: BatchClaim): Promise<Evidence> {
  const { tenant, envelope, batch } = kept
  const unmatchedSymbols = await countUnmatched(deps, kept)
  await requireRoom(deps, kept)
  const id = deps.newId()
  const receivedAt = timestampOf(deps.clock())
  const source = envelope.source ?? batch.source ?? 'runtime'
  const trace = await storeTrace(deps, kept, { receiptId: id, source, ingestedAt: receivedAt })
  const observed = await storeObserved(deps, kept)
  const answer = answerOf(kept, { receiptId: id, form, unmatchedSymbols, trace })
  const { subject, subjectKey, aliases } = envelope
  return {
    id,
    tenant,
    subject,
    subjectKey,
    aliases,
    receivedAt,
    ...(claim && { idempotency: claim }),
    payload: payloadOf(envelope, source, observed),
    receipt: {
      receiptId: id,
      kind: 'runtime',
      answer,
      refused: batch.refused.lines,
      refusedTotal: batch.refused.total,
    },
  }
}

async function countUnmatched(deps: AcknowledgeBatchDeps, { tenant, envelope, batch }: KeptBatch): Promise<number> {
  const unmatched = await deps.countUnmatched(tenant, envelope.callgraphId, batch.hits.symbolIds())
  if (unmatched !== undefined) return unmatched
  const message = `there is no callgraph ${envelope.callgraphId.slice(0, 128)} (yet): keep the batch and try again`
  throw new RuntimeFactsError('CALLGRAPH_NOT_FOUND', message)
}

async function requireRoom(deps: AcknowledgeBatchDeps, { tenant, envelope, batch }: KeptBatch): Promise<void> {
  const { subjectKey, callgraphId, aliases } = envelope
  await deps.requireRoom(
    { tenant, subjectKey },
    { list: 'symbols', count: batch.hits.symbolCount },
    { list: 'callgraphs', names: [callgraphId] },
    { list: 'aliases', names: aliases },
  )
}

interface TraceStamp {
  readonly receiptId: string
  readonly source: string
  readonly ingestedAt: string
}

interface StoredTrace {
  readonly traceCasUri: string
  readonly provenanceHash: Digest
}

async function storeTrace({ content }: AcknowledgeBatchDeps, kept: KeptBatch, stamp: TraceStamp): Promise<StoredTrace> {
  const { tenant, batch } = kept
  const events = await batch.finishEvents()
  const { accepted, provenance } = batch
  const staged = await stageTrace(content.staging, { ...kept, ...stamp, accepted, provenance, events })
  try {
    const key = blobKey(tenant, 'runtime_traces', staged.blob.digest, '.tar.zst')
    await content.putStaged(key, staged.blob)
    return { traceCasUri: casUri(key), provenanceHash: staged.provenanceHash }
  } finally {
    await staged.blob.discard()
  }
}

type ObservedParts = Pick<RuntimeEvidence, 'hits' | 'hitsDigest' | 'context' | 'contextDigest'>

async function storeObserved({ content }: AcknowledgeBatchDeps, { tenant, batch }: KeptBatch): Promise<ObservedParts> {
  const context = batch.provenance.contextRecords()
  const hits = await storeEntries(content, { tenant, entries: batch.hits.toHits() })
  const records = await storeEntries(content, { tenant, entries: context.records })
  return {
    hits: hits.inline,
    ...(hits.digest && { hitsDigest: hits.digest }),
    context: { ...context, records: records.inline },
    ...(records.digest && { contextDigest: records.digest }),
  }
}

function payloadOf(
  { callgraphId, window, analysisId, metadata }: BatchEnvelope,
  source: string,
  observed: ObservedParts,
): RuntimeEvidence {
  return {
    kind: 'runtime',
    callgraphId,
    ...observed,
    source,
    ...(window && { window }),
    ...(analysisId !== undefined && { analysisId }),
    ...(metadata && { metadata }),
  }
}

interface AnswerParts {
  readonly receiptId: string
  readonly form: IdempotencyForm
  readonly unmatchedSymbols: number
  readonly trace: StoredTrace
}

function answerOf(
  { envelope, batch, toolSummary }: KeptBatch,
  { receiptId, form, unmatchedSymbols, trace }: AnswerParts,
) {
  return {
    receiptId,
    subjectKey: envelope.subjectKey,
    callgraphId: envelope.callgraphId,
    ...(envelope.analysisId !== undefined && { analysisId: envelope.analysisId }),
    idempotency: form,
    accepted: batch.accepted,
    duplicate: 0,
    rejected: batch.refused.total,
    uniqueSymbols: batch.hits.symbolCount,
    totalHits: batch.hits.totalHits,
    ...(batch.hits.isSaturated && { saturated: true }),
    unmatchedSymbols,
    ...toolSummary,
    ...trace,
  }
}

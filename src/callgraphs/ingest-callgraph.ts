import type { Content } from '../cas/content.ts'
import type { StagedBlob } from '../cas/staged-blob.ts'
import type { AddedNames, Admission } from '../evidence/admission.ts'
import type { Evidence, IdempotencyClaim } from '../evidence/evidence.ts'
import type { EvidenceQueue, PendingSubject } from '../evidence/evidence-queue.ts'
import { type Acknowledgement, headerKey, type IdempotencyGate, replayOrAppend } from '../evidence/idempotency.ts'
import { sha256Of } from '../identifiers/digest.ts'
import type { Tenant } from '../identifiers/tenant.ts'
import { canonicalBytes } from '../lib/canonical-json.ts'
import type { Clock } from '../lib/clock.ts'
import type { FailPoints } from '../lib/fail-points.ts'
import type { AnalyzedCallgraph, AnalyzeOptions } from './analyze-callgraph.ts'
import { callgraphEvidence } from './callgraph-evidence.ts'
import type { CallgraphRepository } from './callgraph-repository.ts'
import type { CallgraphUpload } from './callgraph-upload.ts'
import { assertKnownFormat } from './formats/detect-format.ts'
import { type AnalyzedUpload, callgraphIdFor, type StoredCallgraph, storeCallgraph } from './store-callgraph.ts'

/** What the log tells of a graph once it is durable. */
export interface IngestedCallgraph {
  readonly tenant: Tenant
  readonly callgraphId: unknown
  readonly graphHash: unknown
  readonly language: unknown
  readonly nodeCount: unknown
  readonly edgeCount: unknown
  readonly status: unknown
}

export interface IngestCallgraphDeps extends Admission {
  readonly content: Content
  readonly callgraphs: CallgraphRepository
  readonly queue: EvidenceQueue
  readonly gate: IdempotencyGate
  /** Parses, normalises, hashes and indexes a staged upload, off the event loop. */
  readonly analyze: (artifact: StagedBlob, options: AnalyzeOptions) => Promise<AnalyzedCallgraph>
  readonly onAppended: (subject: PendingSubject) => void
  readonly onIngested: (callgraph: IngestedCallgraph) => void
  readonly clock: Clock
  readonly newId: () => string
  readonly failPoints: FailPoints
}

export interface CallgraphRequest {
  readonly upload: CallgraphUpload
  readonly idempotencyKey: string | undefined
  /** What must be equal for a repeat to be a repeat, besides the body. */
  readonly parameters: unknown
  /** Digest of the whole request body where the graph is only a part of it. */
  readonly bodyDigest?: string
}

const scope = 'POST /signals/callgraphs'

/** Takes a graph in, by either way: staged, analysed, stored, recorded, acknowledged; only then may its subject be folded. */
export async function ingestCallgraph(deps: IngestCallgraphDeps, request: CallgraphRequest): Promise<Acknowledgement> {
  const { upload, idempotencyKey } = request
  assertKnownFormat(upload.format)
  if (upload.subject) deps.admitFold()
  using _held =
    idempotencyKey === undefined ? undefined : deps.gate.hold(upload.tenant, scope, headerKey(idempotencyKey))
  const artifact = await deps.content.staging.stage(upload.content, 'zstd')
  try {
    const claim = claimOf(request, artifact)
    const { tenant } = upload
    const acknowledged = await replayOrAppend(deps, { tenant, claim }, () => prepare(deps, { upload, artifact, claim }))
    if (!acknowledged.isReplay) announce(deps, upload, acknowledged)
    return acknowledged
  } finally {
    await artifact.discard()
  }
}

/** Tells the fold once the evidence is durable; a repeat has nothing to tell. */
function announce(deps: IngestCallgraphDeps, { tenant, subject }: CallgraphUpload, { answer }: Acknowledgement): void {
  deps.failPoints.reach('after-append')
  if (subject) deps.onAppended({ tenant, subjectKey: subject.subjectKey })
  const { callgraphId, graphHash, language, nodeCount, edgeCount, status } = answer
  deps.onIngested({ tenant, callgraphId, graphHash, language, nodeCount, edgeCount, status })
}

function claimOf(request: CallgraphRequest, artifact: StagedBlob): IdempotencyClaim | undefined {
  if (request.idempotencyKey === undefined) return undefined
  const body = request.bodyDigest ?? artifact.digest
  const fingerprint = sha256Of(canonicalBytes({ body, parameters: request.parameters }))
  return { scope, key: headerKey(request.idempotencyKey), fingerprint }
}

interface StagedUpload {
  readonly upload: CallgraphUpload
  readonly artifact: StagedBlob
  readonly claim: IdempotencyClaim | undefined
}

async function prepare(deps: IngestCallgraphDeps, { upload, artifact, claim }: StagedUpload): Promise<Evidence> {
  await requireRoomForNames(deps, upload)
  const analyzed = await deps.analyze(artifact, analyzeOptionsOf(upload))
  try {
    await requireRoomForGraph(deps, upload, analyzed)
    const stored = await storeCallgraph(deps, { upload, artifact, analyzed })
    const { callgraphId } = stored.record
    return callgraphEvidence(deps, {
      upload,
      callgraphId,
      claim,
      answer: answerOf({ upload, artifact, analyzed }, stored),
    })
  } finally {
    await Promise.all([analyzed.archive.discard(), analyzed.index.discard()])
  }
}

/** Before the work of an analysis. */
async function requireRoomForNames(
  deps: IngestCallgraphDeps,
  { tenant, subject, targets }: CallgraphUpload,
): Promise<void> {
  if (!subject) return
  const added: AddedNames[] = [{ list: 'aliases', names: subject.aliases }]
  if (targets.length > 0) added.push({ list: 'targets', count: new Set(targets).size })
  await deps.requireRoom({ tenant, subjectKey: subject.subjectKey }, ...added)
}

/** Only the analysis tells which graph it is: one that the subject has already needs no room. */
async function requireRoomForGraph(
  deps: IngestCallgraphDeps,
  upload: CallgraphUpload,
  analyzed: AnalyzedCallgraph,
): Promise<void> {
  const { tenant, subject } = upload
  if (!subject) return
  const names = [callgraphIdFor(upload, analyzed)]
  await deps.requireRoom({ tenant, subjectKey: subject.subjectKey }, { list: 'callgraphs', names })
}

export function analyzeOptionsOf({
  format,
  language,
  root,
  entryPoints,
  closedWorld,
}: Omit<CallgraphUpload, 'content'>): AnalyzeOptions {
  return { format, language, root, declaredEntryPoints: entryPoints, closedWorld }
}

function answerOf(
  { upload, artifact, analyzed }: AnalyzedUpload,
  { record, status }: StoredCallgraph,
): Record<string, unknown> {
  const { callgraphId, graphHash, casUri, manifestCasUri, manifestHash, schemaVersion } = record
  const { language, component, version, nodeCount, edgeCount, entryPointCount, externalCount } = record
  return {
    callgraphId,
    graphHash,
    artifactHash: artifact.digest,
    casUri,
    manifestCasUri,
    manifestHash,
    schemaVersion,
    language,
    component,
    version,
    nodeCount,
    edgeCount,
    entryPointCount,
    externalCount,
    dropped: analyzed.dropped,
    status,
    subjectKey: upload.subject?.subjectKey,
    analysisId: upload.analysisId,
  }
}

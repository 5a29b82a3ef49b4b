import { blobKey, casUri } from '../cas/cas-uri.ts'
import type { Content } from '../cas/content.ts'
import type { StagedBlob } from '../cas/staged-blob.ts'
import type { AddedNames, Admission } from '../evidence/admission.ts'
import type { Evidence, IdempotencyClaim } from '../evidence/evidence.ts'
import type { EvidenceQueue, PendingSubject } from '../evidence/evidence-queue.ts'
import { type Acknowledgement, headerKey, type IdempotencyGate, replayOrAppend } from '../evidence/idempotency.ts'
import { sha256Of } from '../identifiers/digest.ts'
import type { Tenant } from '../identifiers/tenant.ts'
import { canonicalBytes } from '../lib/canonical-json.ts'
import { type Clock, timestampOf } from '../lib/clock.ts'
import type { FailPoints } from '../lib/fail-points.ts'
import type { AnalyzedCallgraph, AnalyzeOptions } from './analyze-callgraph.ts'
import { callgraphSchema } from './callgraph.ts'
import { callgraphIdOf } from './callgraph-id.ts'
import { manifestOf } from './callgraph-manifest.ts'
import type { CallgraphRecord } from './callgraph-record.ts'
import type { CallgraphRepository } from './callgraph-repository.ts'
import type { CallgraphUpload } from './callgraph-upload.ts'
import { assertKnownFormat } from './formats/detect-format.ts'
import { graphIndexKey } from './graph-index-key.ts'

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

async function prepare(deps: IngestCallgraphDeps, staged: StagedUpload): Promise<Evidence> {
  await requireRoomForNames(deps, staged.upload)
  const analyzed = await deps.analyze(staged.artifact, analyzeOptionsOf(staged.upload))
  try {
    await requireRoomForGraph(deps, staged.upload, analyzed)
    const record = await storeGraph(deps, staged, analyzed)
    const status = await deps.callgraphs.upsert(record)
    const stored = (await deps.callgraphs.find(record.tenant, record.callgraphId)) ?? record
    return evidenceOf(deps, staged, { analyzed, record: stored, status })
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
  { tenant, subject, component, language, version }: CallgraphUpload,
  { graphHash }: AnalyzedCallgraph,
): Promise<void> {
  if (!subject) return
  const callgraphId = callgraphIdOf({ component, graphHash, language, version })
  await deps.requireRoom({ tenant, subjectKey: subject.subjectKey }, { list: 'callgraphs', names: [callgraphId] })
}

function analyzeOptionsOf({ format, language, root, entryPoints, closedWorld }: CallgraphUpload): AnalyzeOptions {
  return { format, language, root, declaredEntryPoints: entryPoints, closedWorld }
}

/** Everything that the record names is in the CAS before the record is. */
async function storeGraph(
  deps: IngestCallgraphDeps,
  { upload, artifact }: StagedUpload,
  analyzed: AnalyzedCallgraph,
): Promise<CallgraphRecord> {
  const { tenant } = upload
  const artifactKey = blobKey(tenant, 'artifacts', artifact.digest, '.zst')
  const archiveKey = blobKey(tenant, 'reachability_graphs', analyzed.archive.digest, '.tar.zst')
  await deps.content.putStaged(artifactKey, artifact)
  await deps.content.putStaged(archiveKey, analyzed.archive)
  await deps.content.putStaged(graphIndexKey(tenant, analyzed.graphHash), analyzed.index)
  const graph = describe(deps, upload, analyzed, {
    artifactHash: artifact.digest,
    artifactCasUri: casUri(artifactKey),
    casUri: casUri(archiveKey),
  })
  const manifestKey = { tenant, namespace: 'manifests', key: `${graph.callgraphId}.json` } as const
  await deps.content.putNamed(manifestKey, canonicalBytes(manifestOf(graph)))
  // The first manifest of a graph stays, whoever wrote it: the hash is that of what stands there.
  const manifestHash = sha256Of(await deps.content.readNamed(manifestKey))
  return { ...graph, manifestHash, manifestCasUri: casUri(manifestKey) }
}

function describe(
  deps: IngestCallgraphDeps,
  upload: CallgraphUpload,
  analyzed: AnalyzedCallgraph,
  stored: Pick<CallgraphRecord, 'artifactHash' | 'artifactCasUri' | 'casUri'>,
): Omit<CallgraphRecord, 'manifestHash' | 'manifestCasUri'> {
  const { tenant, language, component, version, analyzer, analysisId, subject, metadata, root } = upload
  const { graphHash, format, closedWorld, nodeCount, edgeCount, externalCount, entryPoints, dropped } = analyzed
  return {
    tenant,
    callgraphId: callgraphIdOf({ component, graphHash, language, version }),
    graphHash,
    ...stored,
    schemaVersion: callgraphSchema,
    format,
    ...(root !== undefined && { root }),
    language,
    component,
    version,
    closedWorld,
    nodeCount,
    edgeCount,
    entryPointCount: entryPoints.length,
    externalCount,
    dropped,
    entryPoints: entryPoints.slice(0, 1000),
    ...(analyzer && { analyzer }),
    analysisIds: analysisId === undefined ? [] : [analysisId],
    subjectKeys: subject ? [subject.subjectKey] : [],
    ...(metadata && { metadata }),
    createdAt: timestampOf(deps.clock()),
  }
}

interface StoredGraph {
  readonly analyzed: AnalyzedCallgraph
  readonly record: CallgraphRecord
  readonly status: 'created' | 'unchanged'
}

function evidenceOf(
  deps: IngestCallgraphDeps,
  { upload, artifact, claim }: StagedUpload,
  graph: StoredGraph,
): Evidence {
  const receiptId = deps.newId()
  const { callgraphId } = graph.record
  const answer = {
    ...answerOf(graph),
    artifactHash: artifact.digest,
    receiptId,
    subjectKey: upload.subject?.subjectKey,
    analysisId: upload.analysisId,
  }
  return {
    id: receiptId,
    tenant: upload.tenant,
    ...(upload.subject && { subject: upload.subject.subject, subjectKey: upload.subject.subjectKey }),
    aliases: upload.subject?.aliases ?? [],
    receivedAt: timestampOf(deps.clock()),
    ...(claim && { idempotency: claim }),
    payload: {
      kind: 'callgraph',
      callgraphId,
      targets: upload.targets,
      ...(upload.analysisId !== undefined && { analysisId: upload.analysisId }),
    },
    receipt: { receiptId, kind: 'callgraph', answer, refused: [], refusedTotal: 0 },
  }
}

function answerOf({ analyzed, record, status }: StoredGraph): Record<string, unknown> {
  const { callgraphId, graphHash, casUri, manifestCasUri, manifestHash, schemaVersion } = record
  const { language, component, version, nodeCount, edgeCount, entryPointCount, externalCount } = record
  return {
    callgraphId,
    graphHash,
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
  }
}

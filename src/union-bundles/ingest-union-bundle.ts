import { type AcceptedCallgraph, callgraphEvidence } from '../callgraphs/callgraph-evidence.ts'
import type { IngestedCallgraph } from '../callgraphs/ingest-callgraph.ts'
import type { StagedBlob } from '../cas/staged-blob.ts'
import type { AddedNames } from '../evidence/admission.ts'
import type { IdempotencyClaim } from '../evidence/evidence.ts'
import { EvidenceError } from '../evidence/evidence-errors.ts'
import { type Acknowledgement, headerKey, replayOrAppend } from '../evidence/idempotency.ts'
import { sha256Of } from '../identifiers/digest.ts'
import type { Tenant } from '../identifiers/tenant.ts'
import { canonicalBytes } from '../lib/canonical-json.ts'
import { streamedFactsScope } from '../runtime-facts/ingest-runtime-facts.ts'
import { factsKey } from './bundle-facts.ts'
import { parseMeta } from './bundle-meta.ts'
import { claimAnalysisId, findSameBundle } from './claim-analysis-id.ts'
import type { ArchiveLimits } from './list-entries.ts'
import { type PrepareBundleDeps, type PreparedBundle, prepareBundle } from './prepare-bundle.ts'
import { type BundleFiles, readBundle } from './read-bundle.ts'
import { type StoreBundleDeps, storeBundle, unionScope } from './store-bundle.ts'
import { type MetaLimits, settleBundle, type UnionBundle, withMeta } from './union-bundle.ts'
import type { UnionBundleRecord } from './union-bundle-record.ts'

/** What the log tells of a bundle once it is durable. */
export interface IngestedBundle {
  readonly tenant: Tenant
  readonly analysisId: unknown
  readonly graphHash: unknown
  readonly subjectKey: unknown
  readonly files: number
}

export interface IngestUnionBundleDeps extends StoreBundleDeps, Pick<PrepareBundleDeps, 'analyze'> {
  readonly limits: ArchiveLimits & MetaLimits & PrepareBundleDeps['limits']
  readonly onIngested: (callgraph: IngestedCallgraph) => void
  readonly onBundle: (bundle: IngestedBundle) => void
}

export interface UnionBundleRequest {
  readonly tenant: Tenant
  /** Of a header; checked. */
  readonly analysisId: string | undefined
  readonly idempotencyKey: string | undefined
  readonly correlationId: string
  /** The archive, without its content encoding. */
  readonly body: AsyncIterable<Buffer>
}

/** Takes a bundle in: spooled to disk, taken apart, understood to its last line, and only then stored. */
export async function ingestUnionBundle(
  deps: IngestUnionBundleDeps,
  request: UnionBundleRequest,
): Promise<Acknowledgement> {
  const { tenant, idempotencyKey: key } = request
  deps.admitFold()
  using _held = key === undefined ? undefined : deps.gate.hold(tenant, unionScope, headerKey(key))
  const archive = await deps.content.staging.stage(request.body, 'identity')
  try {
    return await onceForKey(deps, { request, archive }, () => acceptArchive(deps, request, archive))
  } finally {
    await archive.discard()
  }
}

interface SpooledRequest {
  readonly request: UnionBundleRequest
  readonly archive: StagedBlob
}

/**
 * A client's key is a row of its own, with the answer that it was given: the bundle's evidence is claimed by the id of the
 * bundle, so that it counts once under whatever key it comes.
 */
async function onceForKey(
  deps: IngestUnionBundleDeps,
  { request, archive }: SpooledRequest,
  accept: () => Promise<Acknowledgement>,
): Promise<Acknowledgement> {
  const { tenant, idempotencyKey, analysisId } = request
  if (idempotencyKey === undefined) return await accept()
  const fingerprint = sha256Of(canonicalBytes({ body: archive.digest, analysisId }))
  const claim: IdempotencyClaim = { scope: unionScope, key: headerKey(idempotencyKey), fingerprint }
  let accepted: Acknowledgement | undefined
  const bound = await replayOrAppend(deps, { tenant, claim }, async () => {
    accepted = await accept()
    return callgraphEvidence(deps, bindingOf(tenant, claim, accepted))
  })
  return accepted ?? bound
}

/** Evidence of nothing, since it has no subject: only its receipt says something. */
function bindingOf(tenant: Tenant, claim: IdempotencyClaim, { answer }: Acknowledgement): AcceptedCallgraph {
  return { upload: { tenant, targets: [] }, callgraphId: String(answer['callgraphId']), claim, answer }
}

async function acceptArchive(
  deps: IngestUnionBundleDeps,
  { tenant, analysisId, correlationId }: UnionBundleRequest,
  archive: StagedBlob,
): Promise<Acknowledgement> {
  await using files = await readBundle({ staging: deps.content.staging, limits: deps.limits }, archive)
  const bundle = await settleBundle(deps.limits, { tenant, analysisId, files })
  using _held = deps.gate.hold(tenant, unionScope, `bundle:${bundle.analysisId}`)
  const claimed = await findSameBundle(deps, bundle)
  if (claimed?.answer) return { isReplay: true, answer: claimed.answer }
  await using prepared = await prepare(deps, claimed ? asClaimed(deps, bundle, claimed) : bundle, files)
  if (!claimed) await requireFree(deps, prepared)
  await claimAnalysisId(deps, prepared.bundle)
  const acknowledged = await storeBundle(deps, prepared, correlationId)
  announce(deps, bundle, acknowledged)
  return acknowledged
}

async function prepare(
  { content, limits, analyze }: IngestUnionBundleDeps,
  bundle: UnionBundle,
  files: BundleFiles,
): Promise<PreparedBundle> {
  return await prepareBundle({ staging: content.staging, limits, analyze }, bundle, files)
}

/** A bundle that was begun is ended as it was begun: what its first `meta.json` said of it stays. */
function asClaimed({ limits }: IngestUnionBundleDeps, bundle: UnionBundle, claimed: UnionBundleRecord): UnionBundle {
  return withMeta(bundle, parseMeta(Buffer.from(claimed.meta), limits))
}

/** Whatever could still refuse the bundle does so before anything of it is stored. */
async function requireFree(deps: IngestUnionBundleDeps, { bundle, facts }: PreparedBundle): Promise<void> {
  const { tenant, analysisId, subject } = bundle
  const key = facts && factsKey(analysisId, facts.batch)
  if (key !== undefined && (await deps.queue.findClaim(tenant, streamedFactsScope, headerKey(key)))) {
    throw new EvidenceError('IDEMPOTENCY_KEY_REUSED', `the key ${key} was used for other runtime facts`)
  }
  if (!subject) return
  const added: AddedNames[] = [
    { list: 'callgraphs', names: [analysisId] },
    { list: 'aliases', names: subject.aliases },
  ]
  if (facts) added.push({ list: 'symbols', count: facts.batch.hits.symbolCount })
  await deps.requireRoom({ tenant, subjectKey: subject.subjectKey }, ...added)
}

/** Whoever makes a bundle whole tells of it. */
function announce(deps: IngestUnionBundleDeps, { tenant, subject, files }: UnionBundle, told: Acknowledgement): void {
  const { analysisId, callgraphId, graphHash, language, nodeCount, edgeCount } = told.answer
  deps.onIngested({ tenant, callgraphId, graphHash, language, nodeCount, edgeCount, status: 'created' })
  deps.onBundle({ tenant, analysisId, graphHash, subjectKey: subject?.subjectKey, files: files.length })
}

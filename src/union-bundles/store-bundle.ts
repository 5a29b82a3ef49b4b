import { callgraphEvidence } from '../callgraphs/callgraph-evidence.ts'
import { type StoreCallgraphDeps, type StoredCallgraph, storeCallgraph } from '../callgraphs/store-callgraph.ts'
import type { CasKey } from '../cas/cas-store.ts'
import { casUri } from '../cas/cas-uri.ts'
import type { StagedBlob } from '../cas/staged-blob.ts'
import type { IdempotencyClaim } from '../evidence/evidence.ts'
import { type Acknowledgement, replayOrAppend } from '../evidence/idempotency.ts'
import { sha256Of } from '../identifiers/digest.ts'
import type { Tenant } from '../identifiers/tenant.ts'
import { canonicalBytes } from '../lib/canonical-json.ts'
import { type AcknowledgeBatchDeps, acknowledgeBatch } from '../runtime-facts/acknowledge-batch.ts'
import { factsKey, keptFacts } from './bundle-facts.ts'
import { type BundleFileName, isListed } from './bundle-file-name.ts'
import type { PreparedBundle } from './prepare-bundle.ts'
import type { UnionBundle } from './union-bundle.ts'
import type { UnionBundleRepository } from './union-bundle-repository.ts'

export interface StoreBundleDeps extends AcknowledgeBatchDeps, StoreCallgraphDeps {
  readonly content: StoreCallgraphDeps['content']
  readonly bundles: UnionBundleRepository
}

/** Method and route pattern: where a key is unique. */
export const unionScope = 'POST /signals/reachability/union'

/**
 * Stores a bundle whose id is claimed, step by step. Each step may be repeated: whoever sends the bundle again after a
 * crash finds what was done, and does the rest. The graph's evidence is the bundle's receipt, and comes behind that of its
 * runtime facts: a fact that holds it holds them too.
 */
export async function storeBundle(
  deps: StoreBundleDeps,
  prepared: PreparedBundle,
  correlationId: string,
): Promise<Acknowledgement> {
  const { bundle, upload } = prepared
  const { tenant, analysisId, subject } = bundle
  await putFiles(deps, prepared)
  const graph = await storeCallgraph(deps, prepared)
  const runtimeFacts = await storeFacts(deps, prepared, correlationId)
  const answer = answerOf(bundle, graph, runtimeFacts)
  const claim = claimOf(bundle)
  const acknowledged = await replayOrAppend(deps, { tenant, claim }, async () =>
    callgraphEvidence(deps, { upload, callgraphId: analysisId, claim, answer }),
  )
  deps.failPoints.reach('after-append')
  // Also for evidence that was there: whoever appended it may have died before it asked.
  if (subject) deps.onAppended({ tenant, subjectKey: subject.subjectKey })
  await deps.bundles.complete(tenant, analysisId, acknowledged.answer)
  return acknowledged
}

/** A bundle is evidence once, whoever sends it and how often. */
function claimOf({ analysisId, files }: UnionBundle): IdempotencyClaim {
  const same = files.map(({ path, sha256 }) => [path, sha256])
  return { scope: unionScope, key: `bundle:${analysisId}`, fingerprint: sha256Of(canonicalBytes(same)) }
}

/** `reachability_graphs/{analysisId}/{file}` (contracts, 8). */
export function bundleFileKey(tenant: Tenant, analysisId: string, name: BundleFileName): CasKey {
  return { tenant, namespace: 'reachability_graphs', key: `${analysisId}/${name}` }
}

async function putFiles({ content }: StoreBundleDeps, { bundle, files, meta }: PreparedBundle): Promise<void> {
  const put = (name: BundleFileName, blob: StagedBlob) =>
    content.putStaged(bundleFileKey(bundle.tenant, bundle.analysisId, name), blob)
  for (const name of files.names.filter(isListed)) {
    const file = files.get(name)
    if (file) await put(name, file.blob)
  }
  await put('meta.json', meta)
}

/** As one batch, if there are any. The bundle as a whole was found to have room, and its fold is asked for later. */
async function storeFacts(
  deps: StoreBundleDeps,
  { bundle, facts }: PreparedBundle,
  correlationId: string,
): Promise<Record<string, unknown> | undefined> {
  if (!facts || !bundle.subject) return undefined
  const alone = { ...deps, requireRoom: async () => undefined, onAppended: () => undefined }
  const kept = keptFacts(bundle, bundle.subject, { ...facts, correlationId })
  const { answer } = await acknowledgeBatch(alone, kept)
  const { receiptId, idempotency, accepted, uniqueSymbols, totalHits, unmatchedSymbols } = answer
  const idempotencyKey = factsKey(bundle.analysisId, facts.batch)
  const { traceCasUri, provenanceHash } = answer
  return {
    receiptId,
    idempotency,
    ...(idempotencyKey !== undefined && { idempotencyKey }),
    accepted,
    uniqueSymbols,
    totalHits,
    unmatchedSymbols,
    traceCasUri,
    provenanceHash,
  }
}

function answerOf(
  { tenant, analysisId, files, subject }: UnionBundle,
  { record }: StoredCallgraph,
  runtimeFacts: Record<string, unknown> | undefined,
): Record<string, unknown> {
  const { callgraphId, graphHash, language, component, version, nodeCount, edgeCount } = record
  return {
    analysisId,
    callgraphId,
    graphHash,
    language,
    component,
    version,
    nodeCount,
    edgeCount,
    files: files.map((file) => ({ ...file, casUri: casUri(bundleFileKey(tenant, analysisId, file.path)) })),
    ...(subject && { subjectKey: subject.subjectKey }),
    ...(runtimeFacts && { runtimeFacts }),
  }
}

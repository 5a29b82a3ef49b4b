import type { CallgraphRepository } from '../callgraphs/callgraph-repository.ts'
import { EvidenceError } from '../evidence/evidence-errors.ts'
import { type Clock, timestampOf } from '../lib/clock.ts'
import { storedMeta, type UnionBundle } from './union-bundle.ts'
import { UnionBundleError } from './union-bundle-errors.ts'
import type { UnionBundleRecord } from './union-bundle-record.ts'
import type { UnionBundleRepository } from './union-bundle-repository.ts'

export interface ClaimAnalysisIdDeps {
  readonly bundles: UnionBundleRepository
  readonly callgraphs: Pick<CallgraphRepository, 'find'>
  readonly clock: Clock
}

/** What has the id already, if it is the same. */
export async function findSameBundle(
  deps: ClaimAnalysisIdDeps,
  bundle: UnionBundle,
): Promise<UnionBundleRecord | undefined> {
  const { tenant, analysisId } = bundle
  const claimed = await deps.bundles.find(tenant, analysisId)
  if (claimed) requireSame(bundle, claimed)
  else if (await deps.callgraphs.find(tenant, analysisId)) throw inUse(analysisId)
  return claimed
}

function requireSame({ analysisId, files }: UnionBundle, claimed: UnionBundleRecord): void {
  const same =
    files.length === claimed.files.length &&
    files.every((file, position) => {
      const other = claimed.files[position]
      return other?.path === file.path && other.sha256 === file.sha256
    })
  if (!same) throw inUse(analysisId)
}

function inUse(analysisId: string): UnionBundleError {
  return new UnionBundleError('ANALYSIS_ID_IN_USE', `${analysisId} is the id of something else`)
}

/** From here on the id is the bundle's. */
export async function claimAnalysisId(deps: ClaimAnalysisIdDeps, bundle: UnionBundle): Promise<void> {
  const { tenant, analysisId, files } = bundle
  const meta = storedMeta(bundle)
  const claimed = await deps.bundles.claim({ tenant, analysisId, files, meta, createdAt: timestampOf(deps.clock()) })
  requireSame(bundle, claimed)
  if (claimed.meta === meta) return
  throw new EvidenceError('IN_PROGRESS', 'the same bundle is being stored with another meta.json', {
    retryAfterSeconds: 1,
  })
}

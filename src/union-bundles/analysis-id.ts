import { hexOf, sha256Of } from '../identifiers/digest.ts'
import { canonicalBytes } from '../lib/canonical-json.ts'
import type { ListedFile } from './bundle-meta.ts'
import { UnionBundleError } from './union-bundle-errors.ts'

// Ids of graphs that were posted apart begin with `cg-`: one of the others can never be one of these.
const pattern = /^(?!cg-)[A-Za-z0-9][A-Za-z0-9._-]{7,127}$/

/** An id as a client names it; 400 for one that can be none. */
export function checkAnalysisId(id: string): string {
  if (pattern.test(id)) return id
  throw new UnionBundleError(
    'ANALYSIS_ID_INVALID',
    'an analysis id is 8 to 128 of letters, digits, ".", "_" and "-", begins with a letter or digit, and not with "cg-"',
  )
}

/** The id of a bundle that nobody named: equal files have one. Source: contracts, small print 5. */
export function analysisIdOf(files: readonly ListedFile[]): string {
  const digests = files.map(({ sha256 }) => hexOf(sha256)).sort()
  return `ua-${hexOf(sha256Of(canonicalBytes(digests))).slice(0, 32)}`
}

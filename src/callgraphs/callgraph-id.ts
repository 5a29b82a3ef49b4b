import { type Digest, hexOf, sha256Of } from '../identifiers/digest.ts'
import { canonicalBytes } from '../lib/canonical-json.ts'

export interface CallgraphIdentity {
  readonly component: string
  readonly graphHash: Digest
  readonly language: string
  readonly version: string
}

/** Posting the same graph of the same component again finds the same id. Source: contracts, 3. */
export function callgraphIdOf({ component, graphHash, language, version }: CallgraphIdentity): string {
  const digest = sha256Of(canonicalBytes({ component, graphHash, language, version }))
  return `cg-${hexOf(digest).slice(0, 32)}`
}

import type { Tenant } from '../identifiers/tenant.ts'

/**
 * `reachability_cache:{<tenant>:<subject>}`. What stands in braces decides the slot of a cluster, so whatever is ever kept
 * beside an entry can be changed with it in one step. A tenant has no colon, so no two subjects share a key.
 */
export function factCacheKey(tenant: Tenant, subjectKey: string): string {
  return `reachability_cache:{${tenant}:${subjectKey}}`
}

/** `dpop_proof:<id>`. Of no tenant: a proof is good once, whatever tenant the request then names. */
export function seenProofKey(proofId: string): string {
  return `dpop_proof:${proofId}`
}

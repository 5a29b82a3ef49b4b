import { isTenant, type Tenant } from '../identifiers/tenant.ts'
import type { Claims } from './check-token.ts'

/** What a token says of its bearer, in our terms. */
export interface VerifiedToken {
  readonly claims: Claims
  readonly scopes: ReadonlySet<string>
  readonly tenants: ReadonlySet<Tenant>
}

/** Which claims hold what; issuers differ. */
export interface ClaimNames {
  readonly scopeClaims: readonly string[]
  readonly tenantClaims: readonly string[]
}

/** A scope or tenant of any other form than ours could match nothing, and is left out. */
export function readClaims({ scopeClaims, tenantClaims }: ClaimNames, claims: Claims): VerifiedToken {
  const scopes = scopeClaims.flatMap((name) => scopesIn(claims[name]))
  const tenants = tenantClaims.flatMap((name) => textsIn(claims[name])).filter(isTenant)
  return { claims, scopes: new Set(scopes), tenants: new Set(tenants) }
}

/** RFC 8693, 4.2: a text with spaces. Some issuers write a list. */
function scopesIn(claim: unknown): string[] {
  return typeof claim === 'string' ? claim.split(' ') : textsIn(claim)
}

function textsIn(claim: unknown): string[] {
  return [claim].flat().filter((entry) => typeof entry === 'string')
}

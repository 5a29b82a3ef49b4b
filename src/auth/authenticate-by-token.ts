import type { Tenant } from '../identifiers/tenant.ts'
import { AuthError } from './auth-errors.ts'
import type { Authenticate } from './authenticate.ts'
import { bearerToken } from './bearer-token.ts'
import { namedTenant } from './named-tenant.ts'
import type { TokenVerifier } from './token-verifier.ts'
import type { VerifiedToken } from './verified-token.ts'

/** Mode `jwt`: the token says who the caller is and what it may do; a header can only choose among its tenants. */
export function authenticateByToken(verifier: TokenVerifier): Authenticate {
  return async ({ headers }) => {
    const token = await verifier.verify(bearerToken(headers))
    return { tenant: chosenTenant(token, namedTenant(headers)), scopes: token.scopes }
  }
}

function chosenTenant({ tenants }: VerifiedToken, named: Tenant | undefined): Tenant {
  const [only, another] = tenants
  if (only === undefined) throw new AuthError('TENANT_REQUIRED', 'the token names no tenant')
  if (named === undefined && another !== undefined) {
    throw new AuthError('TENANT_REQUIRED', 'the token is for several tenants: X-Stella-Tenant has to name one of them')
  }
  if (named !== undefined && !tenants.has(named)) {
    throw new AuthError('TENANT_MISMATCH', 'the token is for another tenant')
  }
  return named ?? only
}

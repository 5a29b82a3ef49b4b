import type { Tenant } from '../identifiers/tenant.ts'
import { AuthError } from './auth-errors.ts'
import type { Authenticate, Caller, Credentials } from './authenticate.ts'
import { namedTenant } from './named-tenant.ts'
import { checkPossession, type PossessionDeps } from './possession/check-possession.ts'
import { type PresentedToken, presentedToken, type Scheme } from './presented-token.ts'
import type { TokenVerifier } from './token-verifier.ts'
import type { VerifiedToken } from './verified-token.ts'

export interface AuthenticateByTokenDeps {
  readonly verifier: TokenVerifier
  /** Undefined where a token is good whoever sends it. */
  readonly possession: PossessionDeps | undefined
}

/** Mode `jwt`: the token says who the caller is and what it may do; a header can only choose among its tenants. */
export function authenticateByToken({ verifier, possession }: AuthenticateByTokenDeps): Authenticate {
  const schemes: readonly Scheme[] = possession ? ['Bearer', 'DPoP'] : ['Bearer']
  return (credentials) => {
    const presented = presentedToken(credentials, schemes)
    const verified = verifier.verify(presented.token)
    if (verified instanceof Promise || possession) return checkedCaller(credentials, presented, verified, possession)
    return callerOf(credentials, verified)
  }
}

async function checkedCaller(
  credentials: Credentials,
  presented: PresentedToken,
  verified: VerifiedToken | Promise<VerifiedToken>,
  possession: PossessionDeps | undefined,
): Promise<Caller> {
  const token = await verified
  const answerHeaders = possession && (await checkPossession(possession, credentials, { ...presented, ...token }))
  return { ...callerOf(credentials, token), ...(answerHeaders && { answerHeaders }) }
}

function callerOf({ headers }: Credentials, token: VerifiedToken): Caller {
  const principal = principalOf(token)
  return { tenant: chosenTenant(token, namedTenant(headers)), scopes: token.scopes, ...(principal && { principal }) }
}

/** RFC 9068, 2.2: the client itself where no person stands behind it. */
function principalOf({ claims }: VerifiedToken): string | undefined {
  const named = claims['sub'] ?? claims['client_id']
  return typeof named === 'string' && named !== '' ? named : undefined
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

import { importJWK, type JWTPayload, SignJWT } from 'jose'
import type { Scope } from '../identifiers/scope.ts'
import type { Tenant } from '../identifiers/tenant.ts'
import type { Clock } from '../lib/clock.ts'
import type { Confirmation } from './possession/confirmation.ts'
import type { SigningKey } from './signing-key.ts'

export interface MintTokenDeps {
  readonly key: SigningKey
  readonly clock: Clock
  readonly newId: () => string
}

export interface TokenRequest {
  readonly issuer: string
  readonly audience: string
  readonly subject: string
  readonly tenants: readonly Tenant[]
  readonly scopes: readonly Scope[]
  readonly ttlSeconds: number
  /** What its sender has to possess; nothing when absent. */
  readonly confirmation?: Confirmation | undefined
}

/** Signs an access token (RFC 9068) as an identity provider would. */
export async function mintToken({ key, clock, newId }: MintTokenDeps, request: TokenRequest): Promise<string> {
  const nowSeconds = Math.floor(clock() / 1_000)
  return await new SignJWT(claimsOf(request))
    .setProtectedHeader({ alg: key.alg, kid: key.kid, typ: 'at+jwt' })
    .setIssuer(request.issuer)
    .setAudience(request.audience)
    .setSubject(request.subject)
    .setIssuedAt(nowSeconds)
    .setExpirationTime(nowSeconds + request.ttlSeconds)
    .setJti(newId())
    .sign(await importJWK(key, key.alg))
}

/** What is ours to say; the rest is said of every token. */
function claimsOf({ tenants, scopes, confirmation }: TokenRequest): JWTPayload {
  const [tenant, ...others] = tenants
  return {
    scope: scopes.join(' '),
    ...(others.length > 0 ? { tenants: [...tenants] } : { tenant }),
    ...(confirmation && { cnf: confirmation }),
  }
}

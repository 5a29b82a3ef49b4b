import { importJWK, SignJWT } from 'jose'
import type { Scope } from '../identifiers/scope.ts'
import type { Tenant } from '../identifiers/tenant.ts'
import type { Clock } from '../lib/clock.ts'
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
}

/** Signs an access token (RFC 9068) as an identity provider would. */
export async function mintToken({ key, clock, newId }: MintTokenDeps, request: TokenRequest): Promise<string> {
  const { tenants, scopes } = request
  const [tenant, ...others] = tenants
  const nowSeconds = Math.floor(clock() / 1_000)
  return await new SignJWT({ scope: scopes.join(' '), ...(others.length > 0 ? { tenants: [...tenants] } : { tenant }) })
    .setProtectedHeader({ alg: key.alg, kid: key.kid, typ: 'at+jwt' })
    .setIssuer(request.issuer)
    .setAudience(request.audience)
    .setSubject(request.subject)
    .setIssuedAt(nowSeconds)
    .setExpirationTime(nowSeconds + request.ttlSeconds)
    .setJti(newId())
    .sign(await importJWK(key, key.alg))
}

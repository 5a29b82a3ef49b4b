import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { hexOf, sha256Of } from '../identifiers/digest.ts'
import type { Tenant } from '../identifiers/tenant.ts'

export interface RateLimits {
  readonly windowSeconds: number
  readonly tenantRequests: number
  readonly principalRequests: number
}

export interface Asker {
  readonly tenant: Tenant
  /** Whoever the token is about; undefined when nobody says. */
  readonly principal: string | undefined
}

/** How many points a key has in a window; where they are counted is the implementation's business. */
export interface RateLimit {
  readonly points: number
  readonly duration: number
  readonly keyPrefix: string
}

/** Every request costs its principal and its tenant one point; both have so many in each window. */
export class RequestRates {
  readonly #ofPrincipal: RateLimiterAbstract
  readonly #ofTenant: RateLimiterAbstract

  constructor(
    { windowSeconds: duration, principalRequests, tenantRequests }: RateLimits,
    openLimiter: (limit: RateLimit) => RateLimiterAbstract = inMemory,
  ) {
    this.#ofPrincipal = openLimiter({ points: principalRequests, duration, keyPrefix })
    this.#ofTenant = openLimiter({ points: tenantRequests, duration, keyPrefix })
  }

  /** How long to wait when there have been too many; undefined when there have not. What one principal is refused costs its tenant nothing. */
  async excessMs({ tenant, principal }: Asker): Promise<number | undefined> {
    if (principal !== undefined) {
      const excessMs = await excessOf(this.#ofPrincipal, keyOf(tenant, nameOf(principal)))
      if (excessMs !== undefined) return excessMs
    }
    return await excessOf(this.#ofTenant, keyOf(tenant, 'all'))
  }
}

export function inMemory(limit: RateLimit): RateLimiterAbstract {
  return new RateLimiterMemory(limit)
}

const keyPrefix = 'request_rate'

/** What stands in braces decides the slot of a cluster; a tenant has no colon. */
function keyOf(tenant: Tenant, name: string): string {
  return `{${tenant}:${name}}`
}

/** A subject of a token may be long, and is nobody's business where the rates are counted. */
function nameOf(principal: string): string {
  return hexOf(sha256Of(principal)).slice(0, 32)
}

async function excessOf(limiter: RateLimiterAbstract, key: string): Promise<number | undefined> {
  try {
    await limiter.consume(key)
    return undefined
  } catch (refusal) {
    if (refusal instanceof RateLimiterRes) return refusal.msBeforeNext
    throw refusal
  }
}

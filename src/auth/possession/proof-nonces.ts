import { createHmac } from 'node:crypto'
import type { Clock } from '../../lib/clock.ts'
import { AuthError } from '../auth-errors.ts'
import { skewSeconds } from '../check-token.ts'

export interface ProofNoncesDeps {
  /** The same in all replicas. */
  readonly secret: string
  readonly clock: Clock
}

const slotMs = 60_000
const skewMs = skewSeconds * 1_000

/**
 * Nonces of RFC 9449, 9: what a proof cannot have been made before. Each is what a secret makes of a minute, so replicas
 * agree on them without having to remember any; it is good in its minute and the next.
 */
export class ProofNonces {
  readonly #deps: ProofNoncesDeps

  constructor(deps: ProofNoncesDeps) {
    this.#deps = deps
  }

  /** Answers what to tell the client: nothing while its nonce is the latest. */
  check(nonce: string | undefined): Readonly<Record<string, string>> {
    const latest = this.#latest()
    if (nonce === latest) return {}
    const headers = { 'dpop-nonce': latest, 'cache-control': 'no-store' }
    if (nonce !== undefined && this.#isGood(nonce)) return headers
    throw new AuthError('DPOP_NONCE_REQUIRED', 'the proof has to hold the nonce of the header DPoP-Nonce', { headers })
  }

  #latest(): string {
    return this.#nonceOf(slotOf(this.#deps.clock()))
  }

  /** The clocks of replicas may differ. */
  #isGood(nonce: string): boolean {
    const now = this.#deps.clock()
    const [oldest, newest] = [slotOf(now - skewMs) - 1, slotOf(now + skewMs)]
    for (let slot = oldest; slot <= newest; slot += 1) if (this.#nonceOf(slot) === nonce) return true
    return false
  }

  #nonceOf(slot: number): string {
    return createHmac('sha256', this.#deps.secret).update(`dpop-nonce ${slot}`).digest('base64url')
  }
}

function slotOf(timeMs: number): number {
  return Math.floor(timeMs / slotMs)
}

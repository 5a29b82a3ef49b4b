import { hash } from 'node:crypto'
import { skewSeconds } from '../check-token.ts'

/** How old a proof may be, besides what clocks may differ. */
export const proofAgeSeconds = 60

/**
 * How long a proof is remembered: it may be dated `skewSeconds` ahead when it comes first, and is good for as long after
 * its age; the third is for replicas whose clocks differ.
 */
export const rememberedMs = (proofAgeSeconds + 3 * skewSeconds) * 1_000

/** Remembers which proofs were used, for `rememberedMs`. */
export interface SeenProofs {
  /**
   * True for one caller, of all that ask at once wherever they are, and false for every other. Rejects with an AuthError
   * when that cannot be told.
   */
  isFirst(proofId: string): Promise<boolean>
}

/** One length whatever a client made up, and no way from one key's proofs to another's. A thumbprint has no dot. */
export function proofIdOf(jkt: string, jti: string): string {
  return hash('sha256', `${jkt}.${jti}`, 'base64url')
}

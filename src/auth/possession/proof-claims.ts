import { EmbeddedJWK, errors, jwtVerify } from 'jose'
import { z } from 'zod'
import type { Clock } from '../../lib/clock.ts'
import { type AuthError, proofRefused } from '../auth-errors.ts'
import type { SigningAlgorithm } from '../auth-settings.ts'
import { skewSeconds } from '../check-token.ts'
import { proofAgeSeconds } from './seen-proofs.ts'

export interface ProofClaimsDeps {
  readonly algorithms: readonly SigningAlgorithm[]
  readonly clock: Clock
}

const ProofClaims = z.looseObject({
  jti: z.string().min(1).max(256),
  htm: z.string(),
  htu: z.string(),
  ath: z.string(),
  nonce: z.string().exactOptional(),
})

export type ProofClaims = z.output<typeof ProofClaims>

/** What a proof says, signed by the key that it brings with it, and lately: RFC 9449, 4.3, steps 3 to 7 and 11. */
export async function signedClaims({ algorithms, clock }: ProofClaimsDeps, proof: string): Promise<ProofClaims> {
  try {
    const { payload } = await jwtVerify(proof, EmbeddedJWK, {
      typ: 'dpop+jwt',
      algorithms: [...algorithms],
      maxTokenAge: proofAgeSeconds,
      clockTolerance: skewSeconds,
      currentDate: new Date(clock()),
    })
    return ProofClaims.parse(payload)
  } catch (error) {
    throw proofRefusalOf(error)
  }
}

const claimReasons: Readonly<Record<string, string>> = {
  typ: 'the proof is not of the type dpop+jwt',
  iat: 'the proof is dated in the future',
}

function proofRefusalOf(error: unknown): AuthError {
  if (error instanceof z.ZodError)
    return proofRefused('the proof lacks a claim: it has jti, htm, htu, iat and ath', error)
  if (error instanceof errors.JWTExpired) return proofRefused('the proof is too old', error)
  if (error instanceof errors.JOSEAlgNotAllowed) {
    return proofRefused('the proof is signed with an algorithm that is not allowed', error)
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) {
    return proofRefused('the signature does not fit the proof', error)
  }
  const reason =
    error instanceof errors.JWTClaimValidationFailed && error.reason === 'check_failed'
      ? claimReasons[error.claim]
      : undefined
  return proofRefused(reason ?? 'the proof is malformed', error)
}

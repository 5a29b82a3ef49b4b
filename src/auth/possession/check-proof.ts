import { hash } from 'node:crypto'
import { AuthError, proofRefused } from '../auth-errors.ts'
import type { Credentials } from '../authenticate.ts'
import { headerValues } from '../header-values.ts'
import { comparableUrl, requestUrl } from './comparable-url.ts'
import { type ProofClaims, type ProofClaimsDeps, signedClaims } from './proof-claims.ts'
import { checkProofKey } from './proof-key.ts'
import type { ProofNonces } from './proof-nonces.ts'
import { proofIdOf, type SeenProofs } from './seen-proofs.ts'

export interface CheckProofDeps extends ProofClaimsDeps {
  /** What clients see. The URL that is listened on when absent. */
  readonly publicUrl: string | undefined
  /** Undefined where none are demanded. */
  readonly nonces: ProofNonces | undefined
  readonly seen: SeenProofs
}

/** A token that is bound to a key, as it came. */
export interface KeyBoundToken {
  readonly token: string
  /** RFC 7638 thumbprint of the key. */
  readonly jkt: string
}

/**
 * RFC 9449, 4.3 and 7.1: the request comes from whoever holds the key of its token, is the one that the proof was made
 * for, and comes for the first time. Only a proof that passes all else is used up. Answers headers for the answer.
 */
export async function checkProof(
  deps: CheckProofDeps,
  request: Credentials,
  { token, jkt }: KeyBoundToken,
): Promise<Readonly<Record<string, string>>> {
  const proof = singleProof(request)
  await checkProofKey(proof, jkt)
  const claims = await signedClaims(deps, proof)
  checkTarget(deps.publicUrl, request, claims)
  if (claims.ath !== hash('sha256', token, 'base64url')) throw proofRefused('the proof is for another token (ath)')
  const answerHeaders = deps.nonces?.check(claims.nonce) ?? {}
  if (!(await deps.seen.isFirst(proofIdOf(jkt, claims.jti)))) {
    throw new AuthError('DPOP_PROOF_REPLAYED', 'the proof was used before: each request needs a new one')
  }
  return answerHeaders
}

function singleProof({ raw }: Credentials): string {
  const [proof, another] = headerValues(raw.rawHeaders, 'dpop')
  if (proof === undefined) throw proofRefused('the header DPoP with a proof is missing')
  if (another !== undefined) throw proofRefused('there is more than one proof')
  return proof
}

function checkTarget(publicUrl: string | undefined, { method, url, server }: Credentials, claims: ProofClaims): void {
  if (claims.htm !== method) throw proofRefused('the proof is for another method (htm)')
  const asked = requestUrl(publicUrl ?? server.listeningOrigin, url)
  if (asked === undefined) throw proofRefused('no proof can be for this path')
  // A service that does not know how clients see it refuses every proof: whoever looks into it needs to see the two.
  if (comparableUrl(claims.htu) !== asked)
    throw proofRefused('the proof is for another URL (htu)', undefined, { htu: asked })
}

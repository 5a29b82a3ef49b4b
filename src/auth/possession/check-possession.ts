import { tokenRefused } from '../auth-errors.ts'
import type { Credentials } from '../authenticate.ts'
import type { PresentedToken } from '../presented-token.ts'
import type { VerifiedToken } from '../verified-token.ts'
import { type CheckProofDeps, checkProof } from './check-proof.ts'
import { readConfirmation } from './confirmation.ts'

export interface PossessionDeps {
  /** `ifBound`: a token that is bound to nothing is good whoever sends it. */
  readonly constraint: 'ifBound' | 'required'
  readonly proofs: CheckProofDeps
  /** RFC 8705 thumbprint of the certificate that the sender of a request has shown to possess. */
  readonly certificateOf: (request: Credentials) => string | undefined
}

/** The sender of a good token is the one that it was made for. Answers headers for the answer. */
export async function checkPossession(
  { constraint, proofs, certificateOf }: PossessionDeps,
  request: Credentials,
  { scheme, token, claims }: PresentedToken & Pick<VerifiedToken, 'claims'>,
): Promise<Readonly<Record<string, string>>> {
  const { jkt, 'x5t#S256': x5t } = readConfirmation(claims['cnf'])
  if (constraint === 'required' && jkt === undefined && x5t === undefined) {
    throw tokenRefused('TOKEN_INVALID', 'the token is bound (cnf) neither to a key nor to a certificate')
  }
  // A key that need not be shown would protect nobody: whoever stole the token would leave the proof out.
  if (jkt !== undefined && scheme !== 'DPoP') {
    throw tokenRefused('TOKEN_INVALID', 'the token is bound to a key and needs the scheme DPoP, with a proof')
  }
  if (jkt === undefined && scheme === 'DPoP') {
    throw tokenRefused('TOKEN_INVALID', 'the token is bound to no key, and needs the scheme Bearer')
  }
  if (x5t !== undefined && certificateOf(request) !== x5t) {
    throw tokenRefused(
      'TOKEN_INVALID',
      'the token is bound to a client certificate that this request did not come with',
    )
  }
  return jkt === undefined ? {} : await checkProof(proofs, request, { token, jkt })
}

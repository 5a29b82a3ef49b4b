import { errors } from 'jose'
import { type AuthError, tokenRefused } from './auth-errors.ts'

/** None of the known keys fits. Its issuer may have published another since. */
export class UnknownKeyError extends Error {}

const claimReasons: Readonly<Record<string, string>> = {
  iss: 'the token is of another issuer',
  aud: 'the token is for another audience',
  nbf: 'the token is not good yet',
}

/** In our words what jose says of a token. It has no I/O: whatever it throws, it is the token that is not good. */
export function refusalOf(error: unknown): AuthError | UnknownKeyError {
  if (error instanceof errors.JWKSNoMatchingKey) return new UnknownKeyError('no known key fits', { cause: error })
  if (error instanceof errors.JWTExpired) return tokenRefused('TOKEN_EXPIRED', 'the token has expired', error)
  return tokenRefused('TOKEN_INVALID', reasonOf(error), error)
}

function reasonOf(error: unknown): string {
  if (error instanceof errors.JWTClaimValidationFailed && error.reason !== 'invalid') {
    return claimReasons[error.claim] ?? 'the token is malformed'
  }
  if (error instanceof errors.JOSEAlgNotAllowed) return 'the token is signed with an algorithm that is not allowed'
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'the signature does not fit the token'
  if (error instanceof errors.JWKSMultipleMatchingKeys) return 'the token does not say which key it is signed with'
  return error instanceof errors.JOSEError ? 'the token is malformed' : 'the key of the token cannot be used'
}

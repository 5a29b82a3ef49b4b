import { ServiceError } from '../errors.ts'
import type { Scope } from '../identifiers/scope.ts'

export const authProblems = {
  TOKEN_MISSING: { status: 401, title: 'There is no token' },
  TOKEN_INVALID: { status: 401, title: 'The token is not valid' },
  TOKEN_EXPIRED: { status: 401, title: 'The token has expired' },
  TOKEN_KEYS_UNAVAILABLE: { status: 503, title: 'Tokens cannot be checked now', retryable: true },
  DPOP_PROOF_INVALID: { status: 401, title: 'The proof of possession is not valid' },
  DPOP_PROOF_REPLAYED: { status: 401, title: 'The proof of possession was used before' },
  DPOP_NONCE_REQUIRED: { status: 401, title: 'The proof of possession lacks a nonce of this service' },
  DPOP_REPLAY_CACHE_UNAVAILABLE: {
    status: 503,
    title: 'Proofs of possession cannot be checked now',
    retryable: true,
  },
  TENANT_INVALID: { status: 400, title: 'The tenant is not usable' },
  TENANT_REQUIRED: { status: 403, title: 'The caller has no tenant' },
  TENANT_MISMATCH: { status: 403, title: 'The tenant is not one of the caller' },
  SEALED_MODE_EVIDENCE_INVALID: { status: 503, title: 'sealed-mode evidence invalid', retryable: true },
  SCOPE_MISSING: { status: 403, title: 'The caller lacks a scope' },
} as const

export type AuthProblemCode = keyof typeof authProblems

/** The message of a 401 or 403 is a fixed text of ours, without quotes: it stands in a header. */
export class AuthError extends ServiceError<AuthProblemCode> {}

export function tokenMissing(): AuthError {
  return new AuthError('TOKEN_MISSING', 'send a token as "Authorization: Bearer …"')
}

export function tokenRefused(code: 'TOKEN_INVALID' | 'TOKEN_EXPIRED', reason: string, cause?: unknown): AuthError {
  return new AuthError(code, reason, { cause })
}

/** `members` are for the problem document, where they may be what the client sent. */
export function proofRefused(
  reason: string,
  cause?: unknown,
  members: Readonly<Record<string, string>> = {},
): AuthError {
  return new AuthError('DPOP_PROOF_INVALID', reason, { cause, members })
}

/** Who cannot tell whether a proof was used before must not say that it was not. */
export function replayCacheUnavailable(cause?: unknown): AuthError {
  return new AuthError('DPOP_REPLAY_CACHE_UNAVAILABLE', 'nobody can tell whether the proof was used before', { cause })
}

/** With authentication off as well: whoever tries scopes out sees what a token would get. */
export function scopeMissing(scope: Scope): AuthError {
  return new AuthError('SCOPE_MISSING', `this needs the scope ${scope}`, { members: { scope } })
}

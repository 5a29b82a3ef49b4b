import { ServiceError } from '../errors.ts'
import type { Scope } from '../identifiers/scope.ts'

export const authProblems = {
  TOKEN_MISSING: { status: 401, title: 'There is no token' },
  TOKEN_INVALID: { status: 401, title: 'The token is not valid' },
  TOKEN_EXPIRED: { status: 401, title: 'The token has expired' },
  TOKEN_KEYS_UNAVAILABLE: { status: 503, title: 'Tokens cannot be checked now', retryable: true },
  TENANT_INVALID: { status: 400, title: 'The tenant is not usable' },
  TENANT_REQUIRED: { status: 403, title: 'The caller has no tenant' },
  TENANT_MISMATCH: { status: 403, title: 'The tenant is not one of the caller' },
  SCOPE_MISSING: { status: 403, title: 'The caller lacks a scope' },
} as const

export class AuthError extends ServiceError<keyof typeof authProblems> {}

/** Without a token there is no error to tell of (RFC 6750, 3.1): only what to send. */
export function tokenMissing(): AuthError {
  return new AuthError('TOKEN_MISSING', 'send a token as "Authorization: Bearer …"', { headers: challenge({}) })
}

/** `reason` is a fixed text of ours: it stands in a header. */
export function tokenRefused(code: 'TOKEN_INVALID' | 'TOKEN_EXPIRED', reason: string, cause?: unknown): AuthError {
  return new AuthError(code, reason, {
    cause,
    headers: challenge({ error: 'invalid_token', error_description: reason }),
  })
}

/** With authentication off as well: whoever tries scopes out sees what a token would get. */
export function scopeMissing(scope: Scope): AuthError {
  const reason = `this needs the scope ${scope}`
  return new AuthError('SCOPE_MISSING', reason, {
    members: { scope },
    headers: challenge({ error: 'insufficient_scope', error_description: reason, scope }),
  })
}

/** RFC 6750, 3. */
function challenge(parameters: Readonly<Record<string, string>>): { 'www-authenticate': string } {
  const listed = Object.entries({ realm: 'signals', ...parameters }).map(([name, value]) => `${name}="${value}"`)
  return { 'www-authenticate': `Bearer ${listed.join(', ')}` }
}

import type { AuthError, AuthProblemCode } from './auth-errors.ts'
import type { Scheme } from './presented-token.ts'

/** What a client has to know to do better next time. */
export interface ChallengeContext {
  /** As the request had it. */
  readonly authorization: string | undefined
  /** Of proofs of possession; undefined where none are looked at. */
  readonly proofAlgorithms: readonly string[] | undefined
}

/** RFC 6750, 3.1, and RFC 9449, 7.1. For other refusals a challenge would say nothing. */
const errorNames: Readonly<Partial<Record<AuthProblemCode, string>>> = {
  TOKEN_INVALID: 'invalid_token',
  TOKEN_EXPIRED: 'invalid_token',
  DPOP_PROOF_INVALID: 'invalid_dpop_proof',
  DPOP_PROOF_REPLAYED: 'invalid_dpop_proof',
  DPOP_NONCE_REQUIRED: 'use_dpop_nonce',
  SCOPE_MISSING: 'insufficient_scope',
}

/** The `WWW-Authenticate` of a refusal: what is wrong, in the scheme that was used; without a token, every scheme there is. */
export function challengeOf(error: AuthError, context: ChallengeContext): string | undefined {
  const { authorization = '', proofAlgorithms } = context
  const proofs = proofAlgorithms && { algs: proofAlgorithms.join(' ') }
  if (error.code === 'TOKEN_MISSING')
    return [challenge('Bearer'), ...(proofs ? [challenge('DPoP', proofs)] : [])].join(', ')
  const name = errorNames[error.code]
  if (name === undefined) return undefined
  const told = { error: name, error_description: error.message, ...scopeOf(error) }
  if (proofs && /^\s*dpop\b/i.test(authorization)) return challenge('DPoP', { ...told, ...proofs })
  return challenge('Bearer', told)
}

function scopeOf({ code, members }: AuthError): { scope?: string } {
  return code === 'SCOPE_MISSING' ? { scope: String(members['scope']) } : {}
}

function challenge(scheme: Scheme, parameters: Readonly<Record<string, string>> = {}): string {
  const listed = Object.entries({ realm: 'signals', ...parameters }).map(([name, value]) => `${name}="${value}"`)
  return `${scheme} ${listed.join(', ')}`
}

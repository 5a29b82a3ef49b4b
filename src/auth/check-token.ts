import { decodeProtectedHeader, type JWTPayload, jwtVerify, type ProtectedHeaderParameters } from 'jose'
import type { Clock } from '../lib/clock.ts'
import { tokenRefused } from './auth-errors.ts'
import type { SigningAlgorithm } from './auth-settings.ts'
import { refusalOf } from './token-refusals.ts'
import type { VerifyingKeys } from './verifying-keys.ts'

export interface TokenRules {
  readonly issuer: string
  readonly audience: string
  readonly algorithms: readonly SigningAlgorithm[]
}

export interface CheckTokenDeps {
  readonly rules: TokenRules
  readonly clock: Clock
}

export type Claims = JWTPayload & { readonly exp: number }

/** How far the issuer's clock may be from ours. */
export const skewSeconds = 30

/** The claims of a token that its issuer made, for us, and that is good now. */
export async function checkToken(deps: CheckTokenDeps, token: string, keys: VerifyingKeys): Promise<Claims> {
  checkHeader(token)
  const nowMs = deps.clock()
  const payload = await verifiedPayload(deps.rules, { token, keys, nowMs })
  checkIssuedAt(payload, nowMs)
  const { exp } = payload
  if (exp === undefined) throw tokenRefused('TOKEN_INVALID', 'the token does not say when it expires')
  return { ...payload, exp }
}

/** What jose would let pass: `b64` in `crit`, and a proof of possession that is taken for a token. */
function checkHeader(token: string): void {
  const { crit, typ } = headerOf(token)
  if (crit !== undefined) throw tokenRefused('TOKEN_INVALID', 'the token demands extensions (crit)')
  const type = typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : ''
  if (type === 'dpop+jwt') throw tokenRefused('TOKEN_INVALID', 'a proof of possession is no token')
}

function headerOf(token: string): ProtectedHeaderParameters {
  try {
    return decodeProtectedHeader(token)
  } catch (error) {
    throw tokenRefused('TOKEN_INVALID', 'the token is malformed', error)
  }
}

interface Presented {
  readonly token: string
  readonly keys: VerifyingKeys
  readonly nowMs: number
}

async function verifiedPayload(rules: TokenRules, { token, keys, nowMs }: Presented): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(token, keys.find, {
      issuer: rules.issuer,
      audience: rules.audience,
      algorithms: [...rules.algorithms],
      clockTolerance: skewSeconds,
      currentDate: new Date(nowMs),
    })
    return payload
  } catch (error) {
    throw refusalOf(error)
  }
}

/** jose looks at `iat` only for the age of a token, and then demands it. */
function checkIssuedAt({ iat }: JWTPayload, nowMs: number): void {
  if (iat !== undefined && iat > nowMs / 1_000 + skewSeconds) {
    throw tokenRefused('TOKEN_INVALID', 'the token was issued in the future')
  }
}

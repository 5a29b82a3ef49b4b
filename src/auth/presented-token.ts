import { tokenMissing, tokenRefused } from './auth-errors.ts'
import type { Credentials } from './authenticate.ts'
import { headerValues } from './header-values.ts'

/** `Bearer`: whoever sends the token may use it (RFC 6750). `DPoP`: a proof says that it is the sender's own (RFC 9449). */
export type Scheme = 'Bearer' | 'DPoP'

export interface PresentedToken {
  readonly scheme: Scheme
  readonly token: string
}

/** The token of `Authorization`, the only place where one is looked for. Schemes that are not taken are none. */
export function presentedToken({ raw }: Credentials, schemes: readonly Scheme[]): PresentedToken {
  const [value = '', another] = headerValues(raw.rawHeaders, 'authorization')
  const [name = '', ...rest] = value.trim().split(/ +/)
  const scheme = schemes.find((known) => known.toLowerCase() === name.toLowerCase())
  if (scheme === undefined) throw tokenMissing()
  if (another !== undefined) throw tokenRefused('TOKEN_INVALID', 'the header Authorization stands there twice')
  const [token] = rest
  if (token === undefined || rest.length > 1) throw tokenRefused('TOKEN_INVALID', 'the header holds no single token')
  return { scheme, token }
}

import type { IncomingHttpHeaders } from 'node:http'
import { tokenMissing, tokenRefused } from './auth-errors.ts'

/** The token of `Authorization: Bearer …` (RFC 6750, 2.1), the only place where one is looked for. */
export function bearerToken({ authorization = '' }: IncomingHttpHeaders): string {
  const [scheme = '', ...rest] = authorization.trim().split(/ +/)
  if (scheme.toLowerCase() !== 'bearer') throw tokenMissing()
  const [token] = rest
  if (token === undefined || rest.length > 1) throw tokenRefused('TOKEN_INVALID', 'the header holds no single token')
  return token
}

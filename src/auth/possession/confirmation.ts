import { z } from 'zod'
import { tokenRefused } from '../auth-errors.ts'

const thumbprint = z.string().regex(/^[\w-]{43}$/)

/** The claim `cnf` (RFC 7800): what the sender of a token has to possess. */
const Confirmation = z
  .object({
    /** A key that signs a proof: RFC 9449, 6.1. */
    jkt: thumbprint.exactOptional(),
    /** A client certificate: RFC 8705, 3.1. */
    'x5t#S256': thumbprint.exactOptional(),
  })
  // Bound to something that we cannot look at is not the same as not bound.
  .refine((bound) => Object.keys(bound).length > 0)

export type Confirmation = Partial<z.output<typeof Confirmation>>

/** Empty for a token that is bound to nothing. */
export function readConfirmation(cnf: unknown): Confirmation {
  if (cnf === undefined) return {}
  const { data, error } = Confirmation.safeParse(cnf)
  if (!data) throw tokenRefused('TOKEN_INVALID', 'the token is bound (cnf) in a way that cannot be checked here', error)
  return data
}

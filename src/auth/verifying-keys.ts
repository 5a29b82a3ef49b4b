import { createLocalJWKSet, type JWTVerifyGetKey } from 'jose'
import { z } from 'zod'

/** A key set as it was published. Two of them are the same object when nothing changed. */
export interface VerifyingKeys {
  readonly text: string
  /** The one key that fits a token's header; it throws when none does, or several. */
  readonly find: JWTVerifyGetKey
}

// A private key that anybody can fetch is nobody's: the set is refused as a whole, so that somebody notices.
const isPublic = (key: object): boolean => !('d' in key) && !('k' in key)

const KeySet = z.object({
  keys: z.array(z.looseObject({ kty: z.string() }).refine(isPublic, 'holds a key that has to be secret')),
})

/** Reads an RFC 7517 key set. */
export function readKeySet(text: string): VerifyingKeys {
  return { text, find: createLocalJWKSet(KeySet.parse(JSON.parse(text))) }
}

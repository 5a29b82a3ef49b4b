import { createLocalJWKSet, type JWTVerifyGetKey } from 'jose'
import { z } from 'zod'
import { isPublicJwk } from './public-jwk.ts'

/** A key set as it was published. Two of them are the same object when nothing changed. */
export interface VerifyingKeys {
  readonly text: string
  /** The one key that fits a token's header; it throws when none does, or several. */
  readonly find: JWTVerifyGetKey
}

// A private key that anybody can fetch is nobody's: the set is refused as a whole, so that somebody notices.
const KeySet = z.object({
  keys: z.array(
    z
      .looseObject({ kty: z.string(), kid: z.string().exactOptional() })
      .refine(isPublicJwk, 'holds a key that is secret'),
  ),
})

export type PublishedKey = z.output<typeof KeySet>['keys'][number]

/** The entries of an RFC 7517 key set. */
export function readPublishedKeys(text: string): PublishedKey[] {
  return KeySet.parse(JSON.parse(text)).keys
}

export function readKeySet(text: string): VerifyingKeys {
  return { text, find: createLocalJWKSet({ keys: readPublishedKeys(text) }) }
}

import { createPublicKey } from 'node:crypto'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose'
import { z } from 'zod'
import { type SigningAlgorithm, signingAlgorithms } from './auth-settings.ts'

/** A private key that says its own name and algorithm, so that whoever signs with it need not. */
const SigningKey = z.looseObject({
  kty: z.string(),
  kid: z.string().min(1),
  alg: z.enum(signingAlgorithms),
  d: z.string().min(1),
})

export type SigningKey = z.output<typeof SigningKey>

export interface KeyPair {
  readonly signing: SigningKey
  /** What everybody may know: an entry of a key set. */
  readonly verifying: JWK
}

/** A new pair, named by its RFC 7638 thumbprint: the same name wherever it is worked out. */
export async function generateKey(alg: SigningAlgorithm): Promise<KeyPair> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  const kid = await calculateJwkThumbprint(await exportJWK(publicKey))
  const signing = SigningKey.parse({ ...(await exportJWK(privateKey)), kid, alg })
  return { signing, verifying: verifyingKeyOf(signing) }
}

/** Its public half, as an entry of a key set. */
export function verifyingKeyOf(key: SigningKey): JWK {
  const { kid, alg } = key
  return { ...publicJwkOf(key), kid, alg, use: 'sig' }
}

/** Only what everybody may know, and no name. */
export function publicJwkOf({ kid: _kid, alg: _alg, ...key }: SigningKey): JWK {
  return createPublicKey({ key, format: 'jwk' }).export({ format: 'jwk' })
}

/** Reads what `generateKey` made, or any other private JWK with `kid` and `alg`. */
export function readSigningKey(text: string): SigningKey {
  return SigningKey.parse(JSON.parse(text))
}

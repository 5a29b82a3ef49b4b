import { hash } from 'node:crypto'
import { importJWK, SignJWT } from 'jose'
import type { Clock } from '../../lib/clock.ts'
import { publicJwkOf, type SigningKey } from '../signing-key.ts'

export interface MakeProofDeps {
  readonly key: SigningKey
  readonly clock: Clock
  readonly newId: () => string
}

/** What a proof is for. */
export interface ProofRequest {
  readonly token: string
  readonly method: string
  readonly url: string
  readonly nonce?: string | undefined
}

/** Signs a proof of possession (RFC 9449, 4.2) as a client does. */
export async function makeProof({ key, clock, newId }: MakeProofDeps, request: ProofRequest): Promise<string> {
  const { token, method, nonce } = request
  const { origin, pathname } = new URL(request.url)
  const ath = hash('sha256', token, 'base64url')
  const claims = { htm: method, htu: `${origin}${pathname}`, ath, ...(nonce !== undefined && { nonce }) }
  return await new SignJWT(claims)
    .setProtectedHeader({ alg: key.alg, typ: 'dpop+jwt', jwk: publicJwkOf(key) })
    .setJti(newId())
    .setIssuedAt(Math.floor(clock() / 1_000))
    .sign(await importJWK(key, key.alg))
}

import { hash, randomUUID } from 'node:crypto'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'
import type { SigningAlgorithm } from '../../src/auth/auth-settings.ts'
import type { Clock } from '../../src/lib/clock.ts'
import type { Claims } from './token-issuer.ts'

/** What a proof is for. */
export interface Proven {
  readonly token: string
  readonly method?: string
  readonly url: string
}

/** A client with a key of its own, that proves whatever it is told to. */
export interface ProofKey {
  readonly jwk: JWK
  /** With its private part. */
  readonly secretJwk: JWK
  readonly jkt: string
  /** What binds a token to the key. */
  readonly cnf: { readonly jkt: string }
  /** A good proof, with what is said otherwise; undefined takes a claim out. */
  proof(proven: Proven, claims?: Claims, header?: Claims): Promise<string>
}

export async function newProofKey(clock: Clock, alg: SigningAlgorithm = 'ES256'): Promise<ProofKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })
  const jwk = await exportJWK(publicKey)
  const jkt = await calculateJwkThumbprint(jwk)
  return {
    jwk,
    secretJwk: await exportJWK(privateKey),
    jkt,
    cnf: { jkt },
    proof: ({ token, method = 'GET', url }, claims = {}, header = {}) => {
      const iat = Math.floor(clock() / 1_000)
      const ath = hash('sha256', token, 'base64url')
      const good = { jti: randomUUID(), htm: method, htu: url, iat, ath, ...claims }
      return new SignJWT(JSON.parse(JSON.stringify(good)))
        .setProtectedHeader(JSON.parse(JSON.stringify({ alg, typ: 'dpop+jwt', jwk, ...header })))
        .sign(privateKey)
    },
  }
}

export function dpop(token: string, proof: string, headers: Readonly<Record<string, string>> = {}) {
  return { authorization: `DPoP ${token}`, dpop: proof, ...headers }
}

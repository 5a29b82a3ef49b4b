import { createHmac } from 'node:crypto'
import { importJWK, SignJWT } from 'jose'
import type { SigningAlgorithm } from '../../src/auth/auth-settings.ts'
import { generateKey, type KeyPair } from '../../src/auth/signing-key.ts'
import type { Clock } from '../../src/lib/clock.ts'
import type { TestSettings } from './build-app.ts'

export type Claims = Readonly<Record<string, unknown>>

/** An identity provider with one key, which signs whatever it is told to. */
export interface TokenIssuer {
  readonly pair: KeyPair
  /** The text of its key set. */
  readonly keySet: string
  /** A good token for a minute, with what is said otherwise; undefined takes a claim out. */
  token(claims?: Claims, header?: Readonly<Record<string, unknown>>): Promise<string>
}

export const issuerName = 'https://issuer.example'

export async function openIssuer(clock: Clock, alg: SigningAlgorithm = 'ES256'): Promise<TokenIssuer> {
  const pair = await generateKey(alg)
  const key = await importJWK(pair.signing, alg)
  return {
    pair,
    keySet: keySetOf(pair),
    token: (claims = {}, header = {}) =>
      new SignJWT(goodClaims(clock, claims)).setProtectedHeader({ alg, kid: pair.signing.kid, ...header }).sign(key),
  }
}

export function keySetOf(...pairs: readonly KeyPair[]): string {
  return JSON.stringify({ keys: pairs.map(({ verifying }) => verifying) })
}

export function goodClaims(clock: Clock, claims: Claims = {}): Record<string, unknown> {
  const now = Math.floor(clock() / 1_000)
  const good = { iss: issuerName, aud: 'signals', exp: now + 60, scope: 'signals:read', tenant: 'acme' }
  return JSON.parse(JSON.stringify({ ...good, ...claims }))
}

/** A token put together by hand, as no library would: its signature is whatever the secret gives, or nothing. */
export function forgedToken(header: Claims, claims: Claims, secret?: string): string {
  const signed = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  const signature = secret === undefined ? '' : createHmac('sha256', secret).update(signed).digest('base64url')
  return `${signed}.${signature}`
}

export function bearer(token: string, headers: Readonly<Record<string, string>> = {}): Record<string, string> {
  return { authorization: `Bearer ${token}`, ...headers }
}

/** Settings of a service that takes tokens of this issuer. */
export function jwtSettings(jwks: string, auth: TestSettings = {}): TestSettings {
  return { auth: { mode: 'jwt', issuer: issuerName, audience: 'signals', jwks, ...auth } }
}

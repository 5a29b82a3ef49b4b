import { hash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { tokenRefused } from './auth-errors.ts'
import { type CheckTokenDeps, checkToken, skewSeconds } from './check-token.ts'
import type { KeySource } from './key-source.ts'
import { UnknownKeyError } from './token-refusals.ts'
import { type ClaimNames, readClaims, type VerifiedToken } from './verified-token.ts'
import type { VerifyingKeys } from './verifying-keys.ts'

export interface TokenVerifierDeps extends CheckTokenDeps {
  readonly source: KeySource
  readonly claimNames: ClaimNames
}

interface Verification {
  readonly token: VerifiedToken
  readonly keys: VerifyingKeys
}

/** Of the tokens that are remembered, together; each is worth about its own length. */
const maxRememberedBytes = 16 * 1024 * 1024

/** Checks tokens, and remembers those that were good: a signature costs more than all else that a read does. */
export class TokenVerifier {
  readonly #deps: TokenVerifierDeps
  readonly #remembered = new LRUCache<string, Verification>({ maxSize: maxRememberedBytes })

  constructor(deps: TokenVerifierDeps) {
    this.#deps = deps
  }

  /** At once for a token that was good before, while it has not expired and no key has changed. */
  verify(token: string): VerifiedToken | Promise<VerifiedToken> {
    const keys = this.#deps.source.current()
    // By its hash: what rests in memory is of no use to whoever reads it.
    const digest = hash('sha256', token, 'base64')
    if (keys instanceof Promise) return keys.then((loaded) => this.#verifyWith(loaded, token, digest))
    return this.#recall(keys, digest) ?? this.#verifyWith(keys, token, digest)
  }

  #recall(keys: VerifyingKeys, digest: string): VerifiedToken | undefined {
    const known = this.#remembered.get(digest)
    const isGood = known?.keys === keys && known.token.claims.exp + skewSeconds > this.#deps.clock() / 1_000
    return isGood ? known.token : undefined
  }

  async #verifyWith(keys: VerifyingKeys, token: string, digest: string): Promise<VerifiedToken> {
    const verification = await this.#verifyAnew(keys, token)
    this.#remembered.set(digest, verification, { size: token.length })
    return verification.token
  }

  async #verifyAnew(keys: VerifyingKeys, token: string): Promise<Verification> {
    try {
      return await this.#checked(keys, token)
    } catch (error) {
      if (!(error instanceof UnknownKeyError)) throw error
      return await this.#checkedWithNewKeys(keys, token)
    }
  }

  async #checkedWithNewKeys(tried: VerifyingKeys, token: string): Promise<Verification> {
    const keys = await this.#deps.source.renewed()
    try {
      if (keys !== tried) return await this.#checked(keys, token)
    } catch (error) {
      if (!(error instanceof UnknownKeyError)) throw error
    }
    throw tokenRefused('TOKEN_INVALID', 'no key of the issuer fits the token')
  }

  async #checked(keys: VerifyingKeys, token: string): Promise<Verification> {
    const claims = await checkToken(this.#deps, token, keys)
    return { token: readClaims(this.#deps.claimNames, claims), keys }
  }
}

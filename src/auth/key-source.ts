import type { Clock } from '../lib/clock.ts'
import type { Logger } from '../telemetry/logger.ts'
import { AuthError } from './auth-errors.ts'
import type { LoadKeySet } from './load-key-set.ts'
import { readKeySet, type VerifyingKeys } from './verifying-keys.ts'

export interface KeySourceDeps {
  readonly load: LoadKeySet
  readonly clock: Clock
  readonly logger: Pick<Logger, 'info' | 'warn'>
  /** How old keys become before they are loaded again. */
  readonly refreshMs: number
  /** How soon a token of an unknown key has them loaded again: anybody can send one. */
  readonly cooldownMs: number
}

/** How soon a failed load is tried again. */
const retryMs = 1_000

/** The keys of an issuer: loaded when they are asked for, once at a time, and known for as long as nobody can tell better. */
export class KeySource {
  readonly #deps: KeySourceDeps
  #keys: VerifyingKeys | undefined
  #failure: Error | undefined
  #triedAtMs = Number.NEGATIVE_INFINITY
  #loading: Promise<void> | undefined

  constructor(deps: KeySourceDeps) {
    this.#deps = deps
  }

  /** At once wherever they are fresh: every request asks. */
  current(): VerifyingKeys | Promise<VerifyingKeys> {
    const { refreshMs } = this.#deps
    const keys = this.#keys
    if (keys && !this.#loading && !this.#isDue(refreshMs)) return keys
    const refreshed = this.#refresh(refreshMs)
    // While the issuer is away the last known keys serve, and nobody waits for it.
    if (keys && this.#failure) return keys
    return refreshed.then(() => this.#keys ?? this.#refuse())
  }

  /** For a token whose key is in none of the known ones: its issuer may have a new one. */
  async renewed(): Promise<VerifyingKeys> {
    await this.#refresh(this.#deps.cooldownMs)
    return this.#failure || !this.#keys ? this.#refuse() : this.#keys
  }

  /** Rejects while keys cannot be loaded, also while known ones serve. */
  async check(): Promise<void> {
    await this.#refresh(this.#deps.refreshMs)
    if (this.#failure) throw this.#failure
  }

  #refuse(): never {
    throw new AuthError('TOKEN_KEYS_UNAVAILABLE', 'the keys that tokens are checked with cannot be had', {
      cause: this.#failure,
      retryAfterSeconds: retryMs / 1_000,
    })
  }

  async #refresh(everyMs: number): Promise<void> {
    if (!this.#loading && this.#isDue(everyMs)) {
      this.#triedAtMs = this.#deps.clock()
      this.#loading = this.#load()
    }
    await this.#loading
  }

  #isDue(everyMs: number): boolean {
    const ageMs = this.#deps.clock() - this.#triedAtMs
    // A clock that was put back says nothing of the age.
    return ageMs < 0 || ageMs >= (this.#failure ? retryMs : everyMs)
  }

  async #load(): Promise<void> {
    const { load, logger } = this.#deps
    try {
      const text = await load()
      if (text !== this.#keys?.text) this.#keys = readKeySet(text)
      if (this.#failure) logger.info('keys of tokens can be had again')
      this.#failure = undefined
    } catch (error) {
      const failure = error instanceof Error ? error : new Error(String(error))
      if (!this.#failure) logger.warn({ err: failure, hasOlderKeys: this.#keys !== undefined }, 'no keys of tokens')
      this.#failure = failure
    } finally {
      this.#loading = undefined
    }
  }
}

import { resolve } from 'node:path'
import { isKeySetUrl } from '../auth/auth-settings.ts'
import { authenticateByToken } from '../auth/authenticate-by-token.ts'
import { KeySource } from '../auth/key-source.ts'
import { fetchKeySet, type LoadKeySet, readKeyFile } from '../auth/load-key-set.ts'
import { TokenVerifier } from '../auth/token-verifier.ts'
import type { Config } from '../config.ts'
import type { Authentication, AuthenticationParts } from './authentication.ts'
import { openPossession } from './open-possession.ts'

/** Mode `jwt`. */
export async function openTokenAuthentication(
  config: Config,
  parts: AuthenticationParts,
  opened: AsyncDisposableStack,
): Promise<Authentication> {
  const { auth } = config
  const source = new KeySource({ ...keysOf(auth), ...parts })
  const verifier = new TokenVerifier({ source, rules: auth, claimNames: auth, clock: parts.clock })
  const possession = await openPossession(config, parts, opened)
  return {
    mode: auth.mode,
    authenticate: authenticateByToken({ verifier, possession }),
    ...(possession && { proofAlgorithms: auth.dpop.algorithms }),
    checks: [{ name: 'auth', isEssential: false, check: () => source.check() }],
  }
}

/** A file is near: looking at it every second is nothing, and a rotated key counts at once. */
const fileRefreshMs = 1_000

function keysOf({ jwks, jwksTimeoutMs, jwksRefreshMs, jwksCooldownMs }: Config['auth']): {
  readonly load: LoadKeySet
  readonly refreshMs: number
  readonly cooldownMs: number
} {
  if (isKeySetUrl(jwks)) {
    return { load: fetchKeySet(jwks, jwksTimeoutMs), refreshMs: jwksRefreshMs, cooldownMs: jwksCooldownMs }
  }
  return { load: readKeyFile(resolve(jwks)), refreshMs: fileRefreshMs, cooldownMs: fileRefreshMs }
}

import { resolve } from 'node:path'
import { isKeySetUrl } from '../auth/auth-settings.ts'
import type { Authenticate } from '../auth/authenticate.ts'
import { authenticateByToken } from '../auth/authenticate-by-token.ts'
import { authenticateOff } from '../auth/authenticate-off.ts'
import { KeySource } from '../auth/key-source.ts'
import { fetchKeySet, type LoadKeySet, readKeyFile } from '../auth/load-key-set.ts'
import { TokenVerifier } from '../auth/token-verifier.ts'
import type { Config } from '../config.ts'
import type { Clock } from '../lib/clock.ts'
import type { Logger } from '../telemetry/logger.ts'
import { openPossession } from './open-possession.ts'
import type { StoreCheck } from './open-stores.ts'

export interface Authentication {
  readonly mode: Config['auth']['mode']
  /** For the log and `/status`, while nobody has to say who they are. */
  readonly warning?: string
  readonly authenticate: Authenticate
  /** Absent where nobody has to prove that a token is theirs. */
  readonly proofAlgorithms?: readonly string[]
  readonly checks: readonly StoreCheck[]
}

export interface AuthenticationParts {
  readonly logger: Logger
  readonly clock: Clock
}

const openDoor = 'AUTHENTICATION IS OFF: whoever reaches this address may do everything, for every tenant'

/** `context.ts`'s choice of how callers are told apart. */
export async function openAuthentication(
  config: Config,
  parts: AuthenticationParts,
  opened: AsyncDisposableStack,
): Promise<Authentication> {
  const { auth } = config
  const { mode } = auth
  if (mode === 'off') return { mode, warning: openDoor, authenticate: authenticateOff, checks: [] }
  const source = new KeySource({ ...keysOf(auth), ...parts })
  const verifier = new TokenVerifier({ source, rules: auth, claimNames: auth, clock: parts.clock })
  const possession = await openPossession(config, parts, opened)
  return {
    mode,
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

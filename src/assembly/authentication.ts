import type { Authenticate } from '../auth/authenticate.ts'
import type { Config } from '../config.ts'
import type { Clock } from '../lib/clock.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { StoreCheck } from './records.ts'

/** How callers are told apart. */
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

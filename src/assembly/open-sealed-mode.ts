import { readSmallFile } from '../auth/read-small-file.ts'
import { type SealedGate, SealedMode, unsealed } from '../auth/sealed-mode.ts'
import type { Config } from '../config.ts'
import type { Clock } from '../lib/clock.ts'
import { systemTimer } from '../lib/timer.ts'
import type { Logger } from '../telemetry/logger.ts'

/** Evidence of every check that anybody could think of is far smaller. */
const maxEvidenceBytes = 64 * 1024

export interface SealedModeParts {
  readonly logger: Logger
  readonly clock: Clock
}

/** `context.ts`'s choice of whether evidence of an air gap is asked for. */
export function openSealedMode({ airGap }: Config, parts: SealedModeParts): SealedGate {
  const { enforcementEnabled, evidencePath, maxEvidenceAgeMs } = airGap.sealedMode
  if (!enforcementEnabled) return unsealed
  const read = (): Promise<Buffer> => readSmallFile(evidencePath, maxEvidenceBytes)
  return new SealedMode({ ...parts, read, maxEvidenceAgeMs, timer: systemTimer })
}

import { z } from 'zod'
import { parseTimestamp } from '../identifiers/timestamp.ts'
import { parseStrictJson } from '../lib/strict-json.ts'

/** What whoever watches over the air gap last saw. */
export interface SealedEvidence {
  readonly observedAtMs: number
  /** The checks that did not come out as `ok`. */
  readonly failing: readonly string[]
}

export const sealedFaults = ['missing', 'unreadable', 'malformed', 'unhealthy', 'tooOld', 'inTheFuture'] as const

/** Why evidence does not count. */
export type SealedFault = (typeof sealedFaults)[number]

/** How far the clock of whoever writes evidence may be ahead of ours. */
const maxAheadMs = 60_000

const Evidence = z.object({
  observedAt: z.string(),
  // None at all is not health.
  health: z.record(z.string(), z.unknown()).refine((health) => Object.keys(health).length > 0, 'names no check'),
})

/** Strict: a doubled member could say `ok` to one reader and something else to another. Throws for what is no evidence. */
export function readSealedEvidence(bytes: Uint8Array): SealedEvidence {
  const { observedAt, health } = Evidence.parse(parseStrictJson(bytes))
  const time = parseTimestamp(observedAt)
  if (time === undefined) throw new Error('observedAt is no RFC 3339 time')
  const failing = Object.keys(health).filter((check) => health[check] !== 'ok')
  return { observedAtMs: Date.parse(time), failing }
}

/** Undefined while the evidence is good. */
export function faultOf(evidence: SealedEvidence, nowMs: number, maxAgeMs: number): SealedFault | undefined {
  const ageMs = nowMs - evidence.observedAtMs
  if (ageMs < -maxAheadMs) return 'inTheFuture'
  if (ageMs > maxAgeMs) return 'tooOld'
  return evidence.failing.length > 0 ? 'unhealthy' : undefined
}

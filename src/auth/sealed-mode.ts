import { type Clock, timestampOf } from '../lib/clock.ts'
import type { Timer } from '../lib/timer.ts'
import type { Logger } from '../telemetry/logger.ts'
import { AuthError } from './auth-errors.ts'
import { faultOf, readSealedEvidence, type SealedEvidence, type SealedFault } from './sealed-evidence.ts'

export interface SealedModeDeps {
  /** The evidence as it stands now. */
  readonly read: () => Promise<Uint8Array>
  readonly maxEvidenceAgeMs: number
  readonly clock: Clock
  readonly timer: Timer
  readonly logger: Pick<Logger, 'info' | 'warn'>
}

/** For `/status`. */
export interface SealedModeState {
  readonly isEnforced: boolean
  readonly evidence?: 'valid' | 'invalid'
  readonly reason?: SealedFault
  readonly observedAt?: string
}

/** What the rest of the service asks of sealed mode, whether it is enforced or not. */
export interface SealedGate {
  /** Rejects while nothing below `/signals` may be answered; nothing to wait for where that is never so. */
  check(): Promise<void> | undefined
  isOpen(): Promise<boolean>
  state(): Promise<SealedModeState>
  /** For `/readyz`: where it is enforced, evidence is a dependency that nothing can do without. */
  readonly checks: readonly { readonly name: string; readonly isEssential: boolean; check(): Promise<void> }[]
}

/** Where no air gap is enforced. */
export const unsealed: SealedGate = {
  check: () => undefined,
  isOpen: async () => true,
  state: async () => ({ isEnforced: false }),
  checks: [],
}

type Found = { readonly evidence: SealedEvidence } | { readonly fault: SealedFault; readonly cause?: unknown }

const rereadEveryMs = 10_000
/** A file system that hangs must not hold requests up. */
const readTimeoutMs = 2_000

/** Whether evidence says, now, that the air gap is healthy. Whatever cannot be told counts as no. */
export class SealedMode implements SealedGate {
  readonly checks = [{ name: 'sealedMode', isEssential: true, check: () => this.check() }]
  readonly #deps: SealedModeDeps
  #found: Found = { fault: 'missing' }
  #lookedAtMs = Number.NEGATIVE_INFINITY
  #looking = Promise.resolve()
  /** Until its end no other is begun: each that hangs keeps a thread. */
  #isReading = false
  #toldFault: SealedFault | 'nothing yet' | undefined = 'nothing yet'

  constructor(deps: SealedModeDeps) {
    this.#deps = deps
  }

  async check(): Promise<void> {
    const { reason } = await this.state()
    if (reason === undefined) return
    throw new AuthError('SEALED_MODE_EVIDENCE_INVALID', `the evidence is not good: ${reason}`, {
      retryAfterSeconds: Math.max(1, Math.ceil((this.#lookedAtMs + rereadEveryMs - this.#deps.clock()) / 1_000)),
    })
  }

  async isOpen(): Promise<boolean> {
    return (await this.state()).reason === undefined
  }

  async state(): Promise<SealedModeState> {
    await this.#refresh()
    const found = this.#found
    const fault = 'fault' in found ? found.fault : this.#faultOf(found.evidence)
    this.#tell(fault)
    return {
      isEnforced: true,
      ...(fault === undefined ? { evidence: 'valid' } : { evidence: 'invalid', reason: fault }),
      ...('evidence' in found && { observedAt: timestampOf(found.evidence.observedAtMs) }),
    }
  }

  #faultOf(evidence: SealedEvidence): SealedFault | undefined {
    return faultOf(evidence, this.#deps.clock(), this.#deps.maxEvidenceAgeMs)
  }

  /** Who comes while the file is looked at waits for what comes of it. */
  #refresh(): Promise<void> {
    const nowMs = this.#deps.clock()
    const ageMs = nowMs - this.#lookedAtMs
    // A clock that was put back says nothing of the age.
    if (ageMs < 0 || ageMs >= rereadEveryMs) {
      this.#lookedAtMs = nowMs
      this.#looking = this.#look()
    }
    return this.#looking
  }

  async #look(): Promise<void> {
    if (this.#isReading) {
      this.#found = { fault: 'unreadable' }
      return
    }
    const late = Promise.withResolvers<Found>()
    const cancel = this.#deps.timer(readTimeoutMs, () => late.resolve({ fault: 'unreadable' }))
    this.#found = await Promise.race([this.#read(), late.promise])
    cancel()
  }

  async #read(): Promise<Found> {
    this.#isReading = true
    try {
      return parsed(await this.#deps.read())
    } catch (cause) {
      return { fault: isAbsence(cause) ? 'missing' : 'unreadable', cause }
    } finally {
      this.#isReading = false
    }
  }

  /** Once for each change: every request asks. */
  #tell(fault: SealedFault | undefined): void {
    if (fault === this.#toldFault) return
    this.#toldFault = fault
    const { logger } = this.#deps
    const found = this.#found
    if (fault === undefined) logger.info('sealed mode: the evidence is good')
    else if ('evidence' in found) {
      logger.warn({ reason: fault, failing: found.evidence.failing.slice(0, 20) }, closed)
    } else logger.warn({ reason: fault, err: found.cause }, closed)
  }
}

const closed = 'sealed mode: the evidence is not good, nothing below /signals is answered'

function parsed(bytes: Uint8Array): Found {
  try {
    return { evidence: readSealedEvidence(bytes) }
  } catch (cause) {
    return { fault: 'malformed', cause }
  }
}

function isAbsence(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

import { backoffMs } from '../lib/backoff.ts'
import type { Clock } from '../lib/clock.ts'
import { ServiceRefusal, ServiceUnreachable } from './service-failures.ts'

export interface InsistDeps {
  readonly clock: Clock
  readonly sleep: (delayMs: number) => Promise<void>
  /** Told of a failure that is tried again. */
  readonly onRetry: (failure: Error, delayMs: number) => void
  readonly random?: () => number
}

export interface Patience {
  /** From the first try on; a wait that would end later is not begun. */
  readonly patienceMs: number
  /** Codes of problems that pass for this request alone, besides those that pass for all. */
  readonly passingCodes?: readonly string[]
}

/** What was tried until patience ran out; the cause is the last failure. */
export class GaveUp extends Error {
  constructor(tries: number, cause: Error) {
    super(`given up after ${tries} ${tries === 1 ? 'try' : 'tries'}`, { cause })
    this.name = 'GaveUp'
  }
}

/** Tries again what may pass, later each time and never before the service asked for; the rest is thrown as it came. */
export async function insist<Answer>(
  deps: InsistDeps,
  patience: Patience,
  attempt: () => Promise<Answer>,
): Promise<Answer> {
  const deadline = deps.clock() + patience.patienceMs
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt()
    } catch (failure) {
      if (!(failure instanceof Error) || !mayPass(failure, patience)) throw failure
      const delayMs = delayAfter(failure, tries, deps)
      if (deps.clock() + delayMs > deadline) throw new GaveUp(tries, failure)
      deps.onRetry(failure, delayMs)
      await deps.sleep(delayMs)
    }
  }
}

const passingStatuses = [408, 425, 429, 502, 503, 504]
/** What a network does now and then, and a service that restarts. A wrong name or certificate stays wrong. */
const passingConnections = [
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
]

/** Source: contracts, 1. */
function mayPass(failure: Error, { passingCodes = [] }: Patience): boolean {
  if (failure instanceof ServiceUnreachable) return passingConnections.includes(failure.code ?? '')
  if (!(failure instanceof ServiceRefusal)) return false
  const code = failure.problem?.code
  return (
    passingStatuses.includes(failure.status) ||
    code === 'IN_PROGRESS' ||
    (code !== undefined && passingCodes.includes(code))
  )
}

const backoff = { baseMs: 500, maxMs: 30_000 }

/** Chance comes on top of what the service asked for: those that it told the same do not come back together. */
function delayAfter(failure: Error, tries: number, { clock, random }: InsistDeps): number {
  const askedFor = failure instanceof ServiceRefusal ? readRetryAfter(failure.retryAfter, clock) : 0
  return askedFor + backoffMs(backoff, tries, random)
}

/** Seconds or an HTTP date. Source: RFC 9110, 10.2.3. */
function readRetryAfter(text: string | null, clock: Clock): number {
  if (text === null) return 0
  if (/^\d+$/.test(text)) return Number(text) * 1_000
  const time = Date.parse(text)
  return Number.isNaN(time) ? 0 : Math.max(0, time - clock())
}

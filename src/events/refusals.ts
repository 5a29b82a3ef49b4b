import { LRUCache } from 'lru-cache'
import type { Clock } from '../lib/clock.ts'
import type { FactUpdated } from './fact-updated.ts'

export interface RefusalsDeps {
  readonly clock: Clock
  /** An event that is refused for so long is given up. */
  readonly giveUpAfterMs: number
}

export interface Refusal {
  readonly attempts: number
  readonly firstFailedAtMs: number
  readonly isOver: boolean
}

interface RefusedSubject {
  readonly sinceMs: number
  readonly eventId: string
  readonly attempts: number
  readonly firstFailedAtMs: number
}

// Forgetting one only gives its event more time.
const maxSubjects = 10_000

/**
 * How long the bus has refused what a subject has to say. Events behind the refused one wait as long as it does, so their
 * time runs with its: otherwise a subject with many would be refused for so much longer.
 */
export class Refusals {
  readonly #deps: RefusalsDeps
  readonly #subjects = new LRUCache<string, RefusedSubject>({ max: maxSubjects })

  constructor(deps: RefusalsDeps) {
    this.#deps = deps
  }

  note(event: FactUpdated): Refusal {
    const nowMs = this.#deps.clock()
    const known = this.#subjects.get(subjectOf(event)) ?? { sinceMs: nowMs }
    const isSame = 'eventId' in known && known.eventId === event.event_id
    const firstFailedAtMs = isSame ? known.firstFailedAtMs : nowMs
    const attempts = isSame ? known.attempts + 1 : 1
    const { sinceMs } = known
    this.#subjects.set(subjectOf(event), { sinceMs, eventId: event.event_id, attempts, firstFailedAtMs })
    // An event that came later has not waited as long.
    const waitingSinceMs = Math.max(sinceMs, Math.min(firstFailedAtMs, Date.parse(event.emitted_at)))
    return { attempts, firstFailedAtMs, isOver: nowMs - waitingSinceMs >= this.#deps.giveUpAfterMs }
  }

  /** The bus takes the subject's events again. */
  forget(event: FactUpdated): void {
    this.#subjects.delete(subjectOf(event))
  }
}

function subjectOf({ tenant, subject_key }: FactUpdated): string {
  return `${tenant}\0${subject_key}`
}

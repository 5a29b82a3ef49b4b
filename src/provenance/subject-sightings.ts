import { type Classification, captureMethodOf, confidenceOf, moreDirect, type ObservedEvent } from './classify-event.ts'
import type { ContextRecord } from './context-facts.ts'
import type { CaptureMethod, RecordFacts } from './provenance-record.ts'

const sharedFields = [
  'symbolId',
  'codeId',
  'purl',
  'buildId',
  'loaderBase',
  'processId',
  'processName',
  'socketAddress',
  'containerId',
  'evidenceUri',
] as const satisfies readonly (keyof RecordFacts & keyof ObservedEvent)[]

/** Longer values are left to the trace: ten thousand records of a hostile batch must still fit in memory. */
const maxSharedLength = 256

/** The events of a batch that are about one subject, summed; nothing in it depends on their order. */
export class SubjectSightings {
  readonly #about: Classification
  readonly #shared: Partial<Record<(typeof sharedFields)[number], string>> = {}
  #eventCount = 0
  #hitCount = 0
  #firstObservedAt: string | undefined
  #observedAt: string | undefined
  #confidence = 0
  #captureMethod: CaptureMethod = 'STATIC_ANALYSIS'

  constructor(about: Classification) {
    this.#about = about
  }

  add(event: ObservedEvent): void {
    this.#keepShared(event)
    this.#eventCount += 1
    this.#hitCount = Math.min(this.#hitCount + event.hitCount, Number.MAX_SAFE_INTEGER)
    this.#addTime(event.observedAt)
    this.#confidence = Math.max(this.#confidence, confidenceOf(event))
    this.#captureMethod = moreDirect(this.#captureMethod, captureMethodOf(event))
  }

  toContextRecord(): ContextRecord {
    return {
      ...this.#about,
      ...(this.#firstObservedAt !== undefined && { firstOccurredAt: this.#firstObservedAt }),
      ...(this.#observedAt !== undefined && { occurredAt: this.#observedAt }),
      confidence: this.#confidence,
      evidence: { captureMethod: this.#captureMethod },
    }
  }

  toFacts(): RecordFacts {
    return {
      eventCount: this.#eventCount,
      hitCount: this.#hitCount,
      ...(this.#firstObservedAt !== undefined && { firstObservedAt: this.#firstObservedAt }),
      ...(this.#observedAt !== undefined && { observedAt: this.#observedAt }),
      ...this.#shared,
    }
  }

  #keepShared(event: ObservedEvent): void {
    for (const field of sharedFields) {
      const value = event[field]
      if (this.#eventCount > 0) {
        if (this.#shared[field] !== undefined && this.#shared[field] !== value) delete this.#shared[field]
      } else if (value !== undefined && value.length <= maxSharedLength) {
        this.#shared[field] = value
      }
    }
  }

  // Times are all in one form of one width, so the ordinal order of their texts is the order of time.
  #addTime(time: string | undefined): void {
    if (time === undefined) return
    if (this.#firstObservedAt === undefined || time < this.#firstObservedAt) this.#firstObservedAt = time
    if (this.#observedAt === undefined || time > this.#observedAt) this.#observedAt = time
  }
}

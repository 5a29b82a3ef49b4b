import type { Violation } from '../errors.ts'
import { JsonError, type JsonLimits, parseStrictJson } from '../lib/strict-json.ts'
import { checkEvent } from './check-event.ts'
import { readPlainEvent } from './read-plain-event.ts'
import type { KeptEvent } from './runtime-event.ts'

/** One event of a body, or why it is refused. */
export type ReadEvent = KeptEvent | { readonly violation: Violation; readonly text: string }

/** Where an event stood in its body. */
export interface EventPlace {
  readonly line: number
  readonly byteOffset: number
  /** Of the event itself, where it is an element of an array. */
  readonly pointer?: string
}

const maxShownBytes = 1024

/** One event out of its bytes; whatever is wrong with it spoils this event alone. */
export function readEvent(bytes: Buffer, place: EventPlace, limits: Required<JsonLimits>): ReadEvent {
  const isPlainAllowed = limits.maxDepth - limits.outerDepth >= depthOfPlainEvents
  return (isPlainAllowed ? readPlainEvent(bytes) : undefined) ?? readAnyEvent(bytes, place, limits)
}

/** The event, and its metadata. */
const depthOfPlainEvents = 2

/** The obvious way, which takes every line. */
export function readAnyEvent(bytes: Buffer, place: EventPlace, limits: JsonLimits): ReadEvent {
  let value: unknown
  try {
    value = parseStrictJson(bytes, limits)
  } catch (error) {
    if (!(error instanceof JsonError)) throw error
    const { code, message, violations } = error
    return refuseEvent(bytes, place, { code, message, pointer: violations[0]?.pointer ?? '' })
  }
  const checked = checkEvent(value)
  return 'event' in checked ? checked : refuseEvent(bytes, place, checked.violation)
}

export function refuseEvent(bytes: Buffer, place: EventPlace, found: Violation): ReadEvent {
  const pointer = `${place.pointer ?? ''}${found.pointer ?? ''}`
  const { line, byteOffset } = place
  return {
    violation: { code: found.code, message: found.message, ...(pointer !== '' && { pointer }), line, byteOffset },
    text: bytes.subarray(0, maxShownBytes).toString('utf8'),
  }
}

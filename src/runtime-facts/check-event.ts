import type { Violation } from '../errors.ts'
import { maxHitCount } from '../evidence/symbol-hits.ts'
import { parseTimestamp } from '../identifiers/timestamp.ts'
import { checkMetadata } from './check-metadata.ts'
import { checkText } from './check-text.ts'
import { type EventDraft, type EventField, emptyDraft, eventSpellings, type RuntimeEvent } from './runtime-event.ts'
import type { EventProblem } from './runtime-facts-errors.ts'

export interface EventViolation extends Violation {
  readonly code: EventProblem
  readonly pointer: string
}

export type CheckedEvent = { readonly event: RuntimeEvent } | { readonly violation: EventViolation }

/**
 * An event out of whatever JSON held, written by hand: bodies have tens of thousands of lines, and a general validator
 * for each would be most of their cost. Members that are not ours are ignored; null is absent.
 */
export function checkEvent(value: unknown): CheckedEvent {
  if (!isObject(value)) return refused('EVENT_NOT_AN_OBJECT', 'an event is a JSON object', '')
  const draft = emptyDraft()
  let saidFields = 0
  for (const name of Object.keys(value)) {
    const spelling = eventSpellings.get(name)
    const said = value[name]
    if (spelling === undefined || said === null) continue
    const { field, bit } = spelling
    if (saidFields & bit) return refused('FIELD_SAID_TWICE', `${field} is given in two spellings`, `/${name}`)
    saidFields |= bit
    const violation = fill(draft, field, said, name)
    if (violation) return { violation }
  }
  if (draft.symbolId === '') return refused('SYMBOL_ID_REQUIRED', 'symbolId is required', '/symbolId')
  return { event: draft }
}

function fill(draft: EventDraft, field: EventField, said: unknown, name: string): EventViolation | undefined {
  if (field === 'hitCount') return fillHitCount(draft, said, name)
  if (field === 'observedAt') return fillTime(draft, said, name)
  if (field === 'metadata') return fillMetadata(draft, said, name)
  // Kept as text, however the observer wrote it.
  const isNumericId = field === 'processId' && Number.isSafeInteger(said)
  return fillText(draft, field, isNumericId ? String(said) : said, name)
}

type TextField = Exclude<EventField, 'hitCount' | 'observedAt' | 'metadata'>

function fillText(draft: EventDraft, field: TextField, said: unknown, name: string): EventViolation | undefined {
  const { text, problem } = checkText(said)
  if (problem) return { code: problem.code, message: `${field}: ${problem.message}`, pointer: `/${name}` }
  if (text !== undefined) draft[field] = text
  return undefined
}

function fillHitCount(draft: EventDraft, said: unknown, name: string): EventViolation | undefined {
  if (typeof said !== 'number') return violation('FIELD_TYPE_INVALID', 'hitCount: a number is expected', name)
  if (!Number.isInteger(said) || said < 1 || said > maxHitCount) {
    return violation('HIT_COUNT_OUT_OF_RANGE', 'hitCount is a whole number from 1 to 2^53-1', name)
  }
  draft.hitCount = said
  return undefined
}

function fillTime(draft: EventDraft, said: unknown, name: string): EventViolation | undefined {
  const time = typeof said === 'string' ? parseTimestamp(said) : undefined
  if (time === undefined) return violation('TIME_INVALID', 'observedAt is not an RFC 3339 time with an offset', name)
  draft.observedAt = time
  return undefined
}

function fillMetadata(draft: EventDraft, said: unknown, name: string): EventViolation | undefined {
  const { metadata, problem } = checkMetadata(said)
  if (problem) return violation(problem.code, `metadata: ${problem.message}`, `${name}${problem.pointer}`)
  if (metadata !== undefined) draft.metadata = metadata
  return undefined
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function violation(code: EventProblem, message: string, path: string): EventViolation {
  return { code, message, pointer: `/${path}` }
}

function refused(code: EventProblem, message: string, pointer: string): CheckedEvent {
  return { violation: { code, message, pointer } }
}

import { isAscii } from 'node:buffer'
import { parseTimestamp } from '../identifiers/timestamp.ts'
import { isObject } from './check-event.ts'
import { maxIdLength } from './check-text.ts'
import { plainEventLine } from './plain-event-line.ts'
import { plainMetadata } from './plain-metadata.ts'
import { type EventDraft, type EventField, emptyDraft, eventSpellings, type KeptEvent } from './runtime-event.ts'

/**
 * Reads what agents send nearly always: an object of our own members, each once, in ASCII without escapes, each value kept
 * as it stands. Undefined for every other line, good or bad: that is left to `readAnyEvent`, the obvious twin, which takes half as
 * long again, with the line of the trace, and says what is wrong.
 */
export function readPlainEvent(bytes: Buffer): KeptEvent | undefined {
  if (!isAscii(bytes)) return undefined
  const text = bytes.toString('latin1')
  // Behind a backslash a text is not what it looks like; the other control characters JSON.parse refuses.
  if (text.includes('\\') || text.includes('\x7f')) return undefined
  const value = parsedObject(text)
  const event = emptyDraft()
  const quotes = value && fillPlain(event, value)
  // Of two equal names JSON.parse keeps one: fewer quotes than stand in the text is the trace that leaves.
  if (quotes === undefined || event.symbolId === '' || quotes !== countQuotes(text)) return undefined
  return { event, line: plainEventLine(event) }
}

function parsedObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

const quotesOfText = 2

/** How many quotes the text of such an event has; undefined when a member is not plain. */
function fillPlain(event: EventDraft, value: Readonly<Record<string, unknown>>): number | undefined {
  let quotes = 0
  let said = 0
  for (const name of Object.keys(value)) {
    const spelling = eventSpellings.get(name)
    if (spelling === undefined || said & spelling.bit) return undefined
    said |= spelling.bit
    const quotesOfMember = fillMember(event, spelling.field, value[name])
    if (quotesOfMember === undefined) return undefined
    quotes += quotesOfText + quotesOfMember
  }
  return quotes
}

function fillMember(event: EventDraft, field: EventField, member: unknown): number | undefined {
  if (field === 'metadata') {
    const plain = plainMetadata(member)
    event.metadata = plain?.metadata
    return plain?.quotes
  }
  if (typeof member === 'number') return fillNumber(event, field, member)
  if (typeof member !== 'string' || field === 'hitCount' || !isPlainText(member)) return undefined
  if (field === 'observedAt') return fillTime(event, member)
  event[field] = member
  return quotesOfText
}

function fillTime(event: EventDraft, member: string): number | undefined {
  event.observedAt = parseTimestamp(member)
  return event.observedAt === undefined ? undefined : quotesOfText
}

function fillNumber(event: EventDraft, field: EventField, member: number): number | undefined {
  if (!Number.isSafeInteger(member)) return undefined
  if (field === 'processId') event.processId = String(member)
  else if (field === 'hitCount' && member >= 1) event.hitCount = member
  else return undefined
  return 0
}

/** As `checkText` keeps it. */
function isPlainText(text: string): boolean {
  return text.length > 0 && text.length <= maxIdLength && text.charCodeAt(0) !== space && text.at(-1) !== ' '
}

const space = 0x20

function countQuotes(text: string): number {
  let count = 0
  for (let at = text.indexOf('"'); at !== -1; at = text.indexOf('"', at + 1)) count += 1
  return count
}

import { isUtf8 } from 'node:buffer'
import { type JsonEvent, JsonSplitError, type JsonSplitterOptions } from '../../lib/json-piece.ts'
import { JsonScanner } from '../../lib/json-scanner.ts'
import { endOfObject } from './object-end.ts'

export type JsonKind = 'object' | 'array' | 'string' | 'number' | 'boolean' | 'null'

/** A member of the outermost object: of an array the first element tells what it holds, a plain value is its own. */
export interface SampledMember {
  readonly kind: JsonKind
  /** Undefined: empty, not told in the head, or too large to look at. */
  readonly firstElement: unknown
  readonly isEmpty: boolean
}

/** What the head of an upload shows. A head that is cut off shows what came before the cut. */
export interface ContentSample {
  readonly shape: 'object' | 'array' | 'text' | 'empty'
  /** Of an object: every member that the head tells. */
  readonly members: ReadonlyMap<string, SampledMember>
  /** Of an array. */
  readonly firstElement: unknown
  /** Of a text: the first line that is not blank. */
  readonly firstLine: string
  /** The whole content is an array without elements. */
  readonly isEmptyArray: boolean
  /** Nothing follows the head. */
  readonly isWhole: boolean
}

const blank: ContentSample = {
  shape: 'empty',
  members: new Map(),
  firstElement: undefined,
  firstLine: '',
  isEmptyArray: false,
  isWhole: true,
}

/** Large enough for the members that stand before a list, and small enough to be held. */
export const maxHeadBytes = 4 * 1024 * 1024

export function sampleContent(head: Buffer): ContentSample {
  const text = head
    .subarray(0, 64 * 1024)
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trimStart()
  if (text === '') return blank
  if (text.startsWith('{'))
    return { ...blank, shape: 'object', members: membersOf(eventsOf(head)), isWhole: head.length < maxHeadBytes }
  if (text.startsWith('[')) return sampleArray(eventsOf(head))
  return { ...blank, shape: 'text', firstLine: text.split(/\r?\n/, 1)[0] ?? '' }
}

function sampleArray(events: readonly JsonEvent[]): ContentSample {
  const first = events.find((event) => event.kind === 'value')
  const firstElement = first === undefined ? undefined : parsed(first.bytes)
  return { ...blank, shape: 'array', firstElement, isEmptyArray: first === undefined && events.length > 0 }
}

/** Everything up to where the head ends or stops being JSON: a reader will say what is wrong, if one is found. */
function eventsOf(head: Buffer): JsonEvent[] {
  const events: JsonEvent[] = []
  const scanner = new JsonScanner({ maxPieceBytes: maxHeadBytes, opens: opensForSample, readInPlace: passOver(events) })
  const step = 16 * 1024
  try {
    for (let start = 0; start < head.length; start += step) {
      const part = head.subarray(start, start + step)
      for (let at = 0; at < part.length; events.push(...scanner.takeEvents())) at = scanner.advance(part, at)
    }
  } catch (error) {
    if (!(error instanceof JsonSplitError)) throw error
    events.push(...scanner.takeEvents())
  }
  return events
}

/** Of a list the first element is looked at, and the others are not told: most of a head is a list. */
function passOver(events: readonly JsonEvent[]): NonNullable<JsonSplitterOptions['readInPlace']> {
  return (container, bytes, at) => {
    if (events.findLast((event) => event.kind === 'value')?.container !== container) return -1
    const end = endOfObject(bytes, at)
    return end !== -1 && isUtf8(bytes.subarray(at, end)) ? end : -1
  }
}

/** The elements of an array whole; of an object's members the elements. */
function opensForSample(path: readonly (string | number)[]): boolean {
  return path.length === 0 || (path.length === 1 && typeof path[0] === 'string')
}

function membersOf(events: readonly JsonEvent[]): Map<string, SampledMember> {
  const members = new Map<string, SampledMember>()
  for (const event of events) {
    const [name] = event.container?.path ?? []
    if (event.kind === 'open') {
      if (typeof name === 'string')
        members.set(name, { kind: event.container.kind, firstElement: undefined, isEmpty: true })
    } else if (typeof name === 'string') {
      const member = members.get(name)
      if (member?.isEmpty) members.set(name, { ...member, firstElement: parsed(event.bytes), isEmpty: false })
    } else if (typeof event.key === 'string') {
      members.set(event.key, { kind: kindOf(event.bytes), firstElement: parsed(event.bytes), isEmpty: false })
    }
  }
  return members
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    return undefined
  }
}

function kindOf(bytes: Buffer): JsonKind {
  const first = String.fromCharCode(bytes[0] ?? 0)
  if (first === '"') return 'string'
  if (first === 't' || first === 'f') return 'boolean'
  return first === 'n' ? 'null' : 'number'
}

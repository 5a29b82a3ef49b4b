import { isUtf8 } from 'node:buffer'
import { JsonError } from './json-errors.ts'
import { type DepthLimit, findJsonFault, isForbiddenMember } from './json-fault.ts'
import { surveyJson } from './json-survey.ts'

export { JsonError, jsonProblems } from './json-errors.ts'

export interface JsonLimits {
  /** Arrays and objects count, the outermost is 1. */
  readonly maxDepth?: number
  /** How deep the text already stands in a document of which it is a part. */
  readonly outerDepth?: number
}

const defaultMaxDepth = 64

/**
 * One JSON document as RFC 7493 (I-JSON) would have it: UTF-8 without BOM, no member twice, no lone surrogate, no number
 * beyond a double; besides, no deep nesting, and no member that could reach a prototype. Throws JsonError with the place.
 */
export function parseStrictJson(input: Uint8Array | string, limits: JsonLimits = {}): unknown {
  const depth: DepthLimit = { max: limits.maxDepth ?? defaultMaxDepth, outer: limits.outerDepth ?? 0 }
  const text = typeof input === 'string' ? input : decodeUtf8(input)
  const survey = surveyJson(text)
  // The precise scan is slow: it runs only once the quick one, or JSON.parse, has found that something may be wrong.
  if (survey.isSuspect || survey.depth > depth.max - depth.outer) findJsonFault(text, depth)
  const value = parse(text, depth)
  // JSON.parse keeps one of two equal names: fewer members than colons is the trace that leaves.
  if (survey.colons !== countMembers(value)) findJsonFault(text, depth)
  return value
}

function parse(text: string, depth: DepthLimit): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    findJsonFault(text, depth)
    throw new JsonError('JSON_MALFORMED', 'not JSON', { cause })
  }
}

/** NaN as soon as a name is forbidden: it equals no number of colons. */
function countMembers(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  let members = 0
  if (Array.isArray(value)) {
    for (const element of value) members += countMembers(element)
    return members
  }
  for (const [name, member] of Object.entries(value)) {
    if (isForbiddenMember(name)) return Number.NaN
    members += 1 + countMembers(member)
  }
  return members
}

function decodeUtf8(bytes: Uint8Array): string {
  if (isUtf8(bytes)) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
  const byteOffset = validUtf8Length(bytes)
  const message = `not UTF-8 at byte ${byteOffset}`
  throw new JsonError('JSON_INVALID_UTF8', message, {
    violations: [{ code: 'JSON_INVALID_UTF8', message, pointer: '', byteOffset }],
  })
}

/** The offset of the first byte that cannot belong to UTF-8, by halving; the length when only the end is missing. */
function validUtf8Length(bytes: Uint8Array): number {
  let good = 0
  let bad = bytes.length + 1
  while (bad - good > 1) {
    const middle = (good + bad) >>> 1
    if (isUtf8Start(bytes.subarray(0, middle))) good = middle
    else bad = middle
  }
  return good
}

function isUtf8Start(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true })
    return true
  } catch {
    return false
  }
}

import { compareOrdinal } from '../lib/ordinal.ts'
import type { EventProblem } from './runtime-facts-errors.ts'

export interface CheckedMetadata {
  readonly metadata?: Readonly<Record<string, string>>
  readonly problem?: { readonly code: EventProblem; readonly message: string; readonly pointer: string }
}

export const maxKeys = 64
export const maxKeyLength = 128
export const maxValueLength = 1024

/** A string map within the limits of contracts, 12, its keys in ordinal order. Pointers start at the map. */
export function checkMetadata(value: unknown): CheckedMetadata {
  if (value === null || value === undefined) return {}
  if (typeof value !== 'object' || Array.isArray(value))
    return refused('FIELD_TYPE_INVALID', 'an object is expected', '')
  const entries: [string, string][] = []
  for (const [key, text] of Object.entries(value)) {
    if (text === null) continue
    const problem = problemOf(key, text)
    if (problem) return problem
    entries.push([key, String(text)])
  }
  if (entries.length > maxKeys) return refused('METADATA_TOO_LARGE', `at most ${maxKeys} keys are allowed`, '')
  if (entries.length === 0) return {}
  return { metadata: Object.fromEntries(entries.sort(([one], [other]) => compareOrdinal(one, other))) }
}

function problemOf(key: string, text: unknown): CheckedMetadata | undefined {
  // The pointer repeats the key, so a key that is too long must not come back with it.
  if (key.length > maxKeyLength) {
    return refused('METADATA_TOO_LARGE', `a key has at most ${maxKeyLength} characters`, '')
  }
  if (!key.isWellFormed()) return refused('FIELD_CHARACTER_INVALID', 'a key has half a surrogate pair', '')
  const pointer = `/${escapePointer(key)}`
  if (typeof text !== 'string') return refused('FIELD_TYPE_INVALID', 'a string is expected', pointer)
  if (text.length > maxValueLength) {
    return refused('METADATA_TOO_LARGE', `a value has at most ${maxValueLength} characters`, pointer)
  }
  return text.isWellFormed() ? undefined : refused('FIELD_CHARACTER_INVALID', 'half a surrogate pair', pointer)
}

/** RFC 6901, 3. */
export function escapePointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1')
}

function refused(code: EventProblem, message: string, pointer: string): CheckedMetadata {
  return { problem: { code, message, pointer } }
}

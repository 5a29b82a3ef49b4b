import type { EventProblem } from './runtime-facts-errors.ts'

/** What is wrong with a value, or the value as it is kept. A flat result, since this runs for every field of every line. */
export interface CheckedText {
  readonly text?: string
  readonly problem?: TextProblem
}

export interface TextProblem {
  readonly code: EventProblem
  readonly message: string
}

export const maxIdLength = 4096

const absent: CheckedText = {}
const notText: CheckedText = { problem: { code: 'FIELD_TYPE_INVALID', message: 'a string is expected' } }
const tooLong: CheckedText = {
  problem: { code: 'FIELD_TOO_LONG', message: `at most ${maxIdLength} characters are allowed` },
}
const badCharacter: CheckedText = {
  problem: { code: 'FIELD_CHARACTER_INVALID', message: 'control characters and lone surrogates are not allowed' },
}

const onlyPlainAscii = /^[!-~](?:[ -~]*[!-~])?$/
const controlCharacter = /\p{Cc}/u

/** A name, trimmed and NFC. Null and the empty text are absent; nothing that cannot be hashed or logged gets through. */
export function checkText(value: unknown): CheckedText {
  if (value === null || value === undefined) return absent
  if (typeof value !== 'string') return notText
  if (value.length <= maxIdLength && onlyPlainAscii.test(value)) return { text: value }
  // Normalising may lengthen a text three times over, so only what could fit is normalised.
  if (value.length > 4 * maxIdLength) return tooLong
  if (!value.isWellFormed()) return badCharacter
  const text = value.trim().normalize('NFC')
  if (text === '') return absent
  if (text.length > maxIdLength) return tooLong
  return controlCharacter.test(text) ? badCharacter : { text }
}

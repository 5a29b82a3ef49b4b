import { invalidValue } from './callgraph-errors.ts'

export const maxIdLength = 4096

/** An id as it is compared and hashed: trimmed as ECMAScript does, NFC, never empty. Source: contracts, 3.1. */
export function cleanId(text: string, pointer = ''): string {
  const cleaned = normalized(text, pointer)
  if (cleaned === '') throw invalidValue('ID_EMPTY', 'an id is empty', pointer)
  if (cleaned.length > maxIdLength) {
    throw invalidValue('ID_TOO_LONG', `an id has more than ${maxIdLength} characters`, pointer)
  }
  return cleaned
}

/** An optional text; one that is empty afterwards says nothing and is absent. */
export function cleanText(text: string | undefined, pointer = ''): string | undefined {
  if (text === undefined) return undefined
  const cleaned = normalized(text, pointer)
  if (cleaned.length > maxIdLength) {
    throw invalidValue('TEXT_TOO_LONG', `a text has more than ${maxIdLength} characters`, pointer)
  }
  return cleaned === '' ? undefined : cleaned
}

/** Texts of which order and repetition say nothing: sorted, distinct; none at all is absent. */
export function cleanSet(texts: readonly string[] | undefined, pointer: string): string[] | undefined {
  if (texts === undefined || texts.length === 0) return undefined
  if (texts.length === 1) return texts.map((text) => cleanId(text, pointer))
  return [...new Set(texts.map((text) => cleanId(text, pointer)))].toSorted()
}

function normalized(text: string, pointer: string): string {
  // RFC 8785, 3.2.2.2: half of a surrogate pair has no canonical form.
  if (!text.isWellFormed()) throw invalidValue('TEXT_NOT_UNICODE', 'a text has half of a surrogate pair', pointer)
  return text.trim().normalize('NFC')
}

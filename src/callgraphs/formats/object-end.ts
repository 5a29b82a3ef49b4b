import { backslash, closeBrace, closeBracket, openBrace, openBracket, quote } from '../../lib/json-bytes.ts'

/** Where the object that begins at `start` ends, if it is one; -1 when it is not whole. */
export function endOfObject(bytes: Buffer, start: number): number {
  let depth = 0
  let isInText = false
  for (let at = start; at < bytes.length; at += 1) {
    const byte = bytes[at]
    if (isInText && byte === backslash) at += 1
    else if (byte === quote) isInText = !isInText
    else if (isInText) continue
    else if (byte === openBrace || byte === openBracket) depth += 1
    else if (byte === closeBrace || byte === closeBracket) {
      depth -= 1
      if (depth === 0) return at + 1
    }
  }
  return -1
}

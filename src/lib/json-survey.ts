import { backslash, quote } from './json-bytes.ts'

/** What one quick pass over a text shows, right for every text that JSON.parse accepts. */
export interface JsonSurvey {
  readonly depth: number
  /** Colons outside strings: one a member. */
  readonly colons: number
  /** True when there may be a lone surrogate or a number beyond a double; never false when there is one. */
  readonly isSuspect: boolean
}

export function surveyJson(text: string): JsonSurvey {
  let depth = 0
  let deepest = 0
  let colons = 0
  let isSuspect = !text.isWellFormed()
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit === quote) {
      for (at++; at < text.length && text.charCodeAt(at) !== quote; at++) {
        if (text.charCodeAt(at) !== backslash) continue
        at++
        if (isSurrogateEscape(text, at)) isSuspect = true
      }
    } else if (unit === 0x3a) colons++
    else if (unit === 0x7b || unit === 0x5b) deepest = Math.max(deepest, ++depth)
    else if (unit === 0x7d || unit === 0x5d) depth--
    else if (isDigit(unit)) {
      const end = endOfNumber(text, at)
      if (isHuge(text, at, end)) isSuspect = true
      at = end - 1
    }
  }
  return { depth: deepest, colons, isSuspect }
}

/** `at` is behind the backslash: `ud8` to `udf`, in either case. */
function isSurrogateEscape(text: string, at: number): boolean {
  if (text.charCodeAt(at) !== 0x75) return false
  return (text.charCodeAt(at + 1) | 0x20) === 0x64 && text.charCodeAt(at + 2) >= 0x38
}

function isDigit(unit: number): boolean {
  return unit >= 0x30 && unit <= 0x39
}

function endOfNumber(text: string, start: number): number {
  let end = start
  while (end < text.length && isNumberUnit(text.charCodeAt(end))) end++
  return end
}

function isNumberUnit(unit: number): boolean {
  return isDigit(unit) || unit === 0x2e || (unit | 0x20) === 0x65 || unit === 0x2b || unit === 0x2d
}

/** Fewer than 200 characters with an exponent of at most two digits stay below 10^300. */
function isHuge(text: string, start: number, end: number): boolean {
  if (end - start < 4) return false
  return end - start >= 200 || /[eE]\+?\d{3}/.test(text.slice(start, end))
}

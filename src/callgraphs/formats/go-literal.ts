import { isUtf8 } from 'node:buffer'

export interface GoLiteral {
  readonly text: string
  /** Where the text behind the closing quote begins. */
  readonly end: number
}

const escapes = /\\(?:([abfnrtv\\"'])|x([0-9a-fA-F]{2})|([0-7]{3})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/y
const single = new Map(Object.entries({ a: '\u0007', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' }))

/** An interpreted string literal (Go specification, "String literals"), as `%q` prints names; undefined where there is none. */
export function readGoLiteral(line: string, start: number): GoLiteral | undefined {
  if (line[start] !== '"') return undefined
  const parts: Buffer[] = []
  for (let at = start + 1; at < line.length; ) {
    if (line[at] === '"') return literalOf(parts, at + 1)
    const plainEnd = endOfPlain(line, at)
    if (plainEnd > at) parts.push(Buffer.from(line.slice(at, plainEnd), 'utf8'))
    at = plainEnd
    if (line[at] !== '\\') continue
    escapes.lastIndex = at
    const match = escapes.exec(line)
    const bytes = match && bytesOfEscape(match)
    if (!bytes) return undefined
    parts.push(bytes)
    at = escapes.lastIndex
  }
  return undefined
}

function endOfPlain(line: string, start: number): number {
  let at = start
  while (at < line.length && line[at] !== '"' && line[at] !== '\\') at += 1
  return at
}

/** `\x` and octal escapes are bytes, not characters: only together do they have to be UTF-8. */
function literalOf(parts: readonly Buffer[], end: number): GoLiteral | undefined {
  const bytes = Buffer.concat(parts)
  return isUtf8(bytes) ? { text: bytes.toString('utf8'), end } : undefined
}

function bytesOfEscape([, character, hex, octal, short, long]: RegExpExecArray): Buffer | undefined {
  if (character !== undefined) return Buffer.from(single.get(character) ?? character, 'utf8')
  if (hex !== undefined) return Buffer.from([Number.parseInt(hex, 16)])
  if (octal !== undefined) return Number.parseInt(octal, 8) < 256 ? Buffer.from([Number.parseInt(octal, 8)]) : undefined
  const codePoint = Number.parseInt(short ?? long ?? '', 16)
  const isSurrogate = codePoint >= 0xd800 && codePoint <= 0xdfff
  return codePoint > 0x10ffff || isSurrogate ? undefined : Buffer.from(String.fromCodePoint(codePoint), 'utf8')
}

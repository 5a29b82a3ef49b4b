import {
  backslash,
  closeBrace,
  colon,
  comma,
  fnvPrime,
  nine,
  point,
  quote,
  skipBlank,
  space,
  zero,
} from '../../lib/json-bytes.ts'
import { maxIdLength } from '../clean-text.ts'
import { Words } from './words.ts'

export interface PlainMember {
  /** Of two that are there neither is plain. */
  readonly spellings: readonly string[]
  readonly is: 'text' | 'number' | 'flag'
  readonly isRequired?: true
}

const letterT = 0x74
const maxNumberLength = 16
const maxNameLength = 32
const flags = new Words([
  ['true', 4],
  ['false', 5],
])

/**
 * Reads in place what analysers write nearly always: an object of known members, each once, with texts in ASCII without escapes
 * that are kept as they stand, plain numbers and flags. Everything else, good or bad, it leaves to the strict parser, its
 * obvious twin, which takes twice as long for an edge that was cut out already, and says what is wrong.
 */
export class PlainObject {
  readonly #members: readonly PlainMember[]
  readonly #names: Words
  readonly #isThere: Uint8Array
  readonly #starts: Int32Array
  readonly #ends: Int32Array
  readonly #hashes: Int32Array
  #bytes: Buffer = Buffer.alloc(0)

  constructor(members: readonly PlainMember[]) {
    this.#members = members
    this.#names = new Words(
      members.flatMap(({ spellings }, member) => spellings.map((name) => [name, member] as const)),
    )
    this.#isThere = new Uint8Array(members.length)
    this.#starts = new Int32Array(members.length)
    this.#ends = new Int32Array(members.length)
    this.#hashes = new Int32Array(members.length)
  }

  /** Where the object that begins at `start` ends; -1 when it is not plain, or not whole. */
  read(bytes: Buffer, start: number): number {
    this.#bytes = bytes
    this.#isThere.fill(0)
    for (let at = start + 1; ; at += 1) {
      at = this.#readMember(bytes, skipBlank(bytes, at))
      if (at === -1) return -1
      if (bytes[at] === closeBrace) return this.#isComplete() ? at + 1 : -1
      if (bytes[at] !== comma) return -1
    }
  }

  /** What was read last, and its members are in. */
  get bytes(): Buffer {
    return this.#bytes
  }

  has(member: number): boolean {
    return this.#isThere[member] === 1
  }

  startOf(member: number): number {
    return this.#starts[member] ?? 0
  }

  endOf(member: number): number {
    return this.#ends[member] ?? 0
  }

  /** Of a text. */
  hashOf(member: number): number {
    return this.#hashes[member] ?? 0
  }

  textOf(member: number): string | undefined {
    return this.has(member) ? this.#bytes.toString('latin1', this.#starts[member], this.#ends[member]) : undefined
  }

  numberOf(member: number): number | undefined {
    const digits = this.textOf(member)
    return digits === undefined ? undefined : Number(digits)
  }

  flagOf(member: number): boolean | undefined {
    return this.has(member) ? this.#bytes[this.#starts[member] ?? 0] === letterT : undefined
  }

  #isComplete(): boolean {
    for (let member = 0; member < this.#members.length; member += 1) {
      if (this.#members[member]?.isRequired && !this.has(member)) return false
    }
    return true
  }

  /** Tells where the comma or brace behind it should be. */
  #readMember(bytes: Buffer, nameQuote: number): number {
    if (bytes[nameQuote] !== quote) return -1
    const nameEnd = endOfName(bytes, nameQuote + 1)
    const member = this.#names.find(bytes, nameQuote + 1, nameEnd)
    if (member === -1 || this.has(member)) return -1
    const separator = skipBlank(bytes, nameEnd + 1)
    if (bytes[separator] !== colon) return -1
    const end = this.#readValue(bytes, skipBlank(bytes, separator + 1), member)
    if (end === -1) return -1
    this.#isThere[member] = 1
    return skipBlank(bytes, end)
  }

  #readValue(bytes: Buffer, start: number, member: number): number {
    const kind = this.#members[member]?.is
    if (kind === 'text') return bytes[start] === quote ? this.#readText(bytes, start + 1, member) : -1
    const end = kind === 'number' ? endOfNumber(bytes, start) : endOfFlag(bytes, start)
    this.#starts[member] = start
    this.#ends[member] = end
    return end
  }

  /** The hot loop: the text is hashed while its end is looked for. */
  #readText(bytes: Buffer, start: number, member: number): number {
    const limit = Math.min(bytes.length, start + maxIdLength + 1)
    let hash = 0
    let at = start
    for (; at < limit; at += 1) {
      const byte = bytes[at] ?? 0
      if (byte === quote) break
      if (byte < space || byte >= 0x7f || byte === backslash) return -1
      hash = Math.imul(hash ^ byte, fnvPrime)
    }
    // What is empty or would be trimmed is not plain; nor is what goes on behind the limit.
    if (at === limit || at === start || bytes[start] === space || bytes[at - 1] === space) return -1
    this.#hashes[member] = hash
    this.#starts[member] = start
    this.#ends[member] = at
    return at + 1
  }
}

function endOfName(bytes: Buffer, from: number): number {
  const limit = Math.min(bytes.length, from + maxNameLength)
  let at = from
  while (at < limit && bytes[at] !== quote) at += 1
  return at
}

/** -1 for a number with a sign, an exponent or more digits than a double has for sure: what follows here must be no part of it. */
function endOfNumber(bytes: Buffer, start: number): number {
  let end = endOfDigits(bytes, start)
  if (end === start || (bytes[start] === zero && end > start + 1)) return -1
  if (bytes[end] === point) {
    const fraction = end + 1
    end = endOfDigits(bytes, fraction)
    if (end === fraction) return -1
  }
  return end - start > maxNumberLength ? -1 : end
}

function endOfDigits(bytes: Buffer, from: number): number {
  let at = from
  for (; ; at += 1) {
    const byte = bytes[at] ?? 0
    if (byte < zero || byte > nine) return at
  }
}

function endOfFlag(bytes: Buffer, start: number): number {
  const length = bytes[start] === letterT ? 4 : 5
  return flags.find(bytes, start, start + length) === -1 ? -1 : start + length
}

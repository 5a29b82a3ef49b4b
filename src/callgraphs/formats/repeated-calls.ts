import { isUtf8 } from 'node:buffer'
import { closeBrace, colon, comma, fnvPrime, openBrace, skipBlank } from '../../lib/json-bytes.ts'
import type { JsCalls, JsPlace } from './js-calls.ts'
import { KnownValues } from './known-values.ts'
import { endOfObject } from './object-end.ts'

/** One end of all calls: how it is named, and what becomes of a place. */
interface End {
  readonly name: Buffer
  readonly known: KnownValues
  readonly numberOf: (place: JsPlace) => number
}

/**
 * Reads calls where they stand. A function is printed with each of its calls, and a call with each of its targets: an end whose
 * bytes were met before is not parsed again. The obvious twin is the parser of the whole call, which takes 2.5 times as long;
 * it is left all that is not a source and a target, in this order.
 */
export class RepeatedCalls {
  readonly #calls: JsCalls
  readonly #placeOf: (value: unknown) => JsPlace
  readonly #source: End
  readonly #target: End
  /** Behind the end that was read last. */
  #at = 0

  constructor(calls: JsCalls, placeOf: (value: unknown) => JsPlace) {
    this.#calls = calls
    this.#placeOf = placeOf
    const end = (name: string, numberOf: End['numberOf']) => ({
      name: Buffer.from(`"${name}"`),
      known: new KnownValues(),
      numberOf,
    })
    this.#source = end('source', (place) => calls.sourceNumber(place))
    this.#target = end('target', (place) => calls.targetNumber(place))
  }

  /** Adds the call that begins at `at`, and tells where it ends; -1, and no call is added, when it must be parsed as a whole. */
  read(bytes: Buffer, at: number): number {
    const source = this.#readEnd(this.#source, bytes, at + 1)
    if (source === -1 || bytes[this.#at] !== comma) return -1
    const target = this.#readEnd(this.#target, bytes, this.#at + 1)
    if (target === -1 || bytes[this.#at] !== closeBrace) return -1
    this.#calls.addBetween(source, target)
    return this.#at + 1
  }

  /** The number of what stands there under the name of this end; -1: something else does. */
  #readEnd({ name, known, numberOf }: End, bytes: Buffer, from: number): number {
    const nameAt = skipBlank(bytes, from)
    for (let at = 0; at < name.length; at += 1) if (bytes[nameAt + at] !== name[at]) return -1
    const separator = skipBlank(bytes, nameAt + name.length)
    const start = skipBlank(bytes, separator + 1)
    if (bytes[separator] !== colon || bytes[start] !== openBrace) return -1
    const hash = hashOfBeginning(bytes, start)
    const entry = known.find(bytes, start, hash)
    if (entry !== -1) {
      this.#at = skipBlank(bytes, start + known.lengthOf(entry))
      return known.numberOf(entry)
    }
    const end = endOfObject(bytes, start)
    const place = end === -1 ? undefined : this.#placeIn(bytes.subarray(start, end))
    if (place === undefined) return -1
    const number = numberOf(place)
    known.keep(bytes.subarray(start, end), hash, number)
    this.#at = skipBlank(bytes, end)
    return number
  }

  /** Undefined where something is wrong with it: the twin says what. */
  #placeIn(bytes: Buffer): JsPlace | undefined {
    if (!isUtf8(bytes)) return undefined
    try {
      return this.#placeOf(JSON.parse(bytes.toString('utf8')))
    } catch {
      return undefined
    }
  }
}

/** To the first closing brace: label, file and a position are in front of it, whatever follows. */
function hashOfBeginning(bytes: Buffer, start: number): number {
  let hash = 0
  for (let at = start; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0
    if (byte === closeBrace) break
    hash = Math.imul(hash ^ byte, fnvPrime)
  }
  return hash
}

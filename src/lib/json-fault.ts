import { JsonError, type jsonProblems } from './json-errors.ts'

type JsonFault = keyof typeof jsonProblems

/** Names that reach a prototype when an object is copied carelessly, anywhere behind us. */
export function isForbiddenMember(name: string): boolean {
  return name === '__proto__' || name === 'constructor' || name === 'prototype'
}

/** How deep a text may be nested, counting what it stands in. */
export interface DepthLimit {
  readonly max: number
  readonly outer: number
}

/** Reads a text to its first fault and throws it, with pointer and byte offset; returns when there is none. */
export function findJsonFault(text: string, depth: DepthLimit): void {
  new FaultFinder(text, depth).run()
}

/** A name is the client's, as long as its text allowed; a pointer that repeats it must stay short. */
const maxShownName = 128

const whitespace = /[\t\n\r ]*/y
const literal = /true|false|null/y
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const escapeSequence = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y

class FaultFinder {
  readonly #text: string
  readonly #depth: DepthLimit
  readonly #path: (string | number)[] = []
  #at = 0

  constructor(text: string, depth: DepthLimit) {
    this.#text = text
    this.#depth = depth
  }

  run(): void {
    if (this.#text.startsWith('\ufeff')) this.#fail('JSON_MALFORMED', 'a byte order mark is not part of JSON')
    this.#value(this.#depth.outer + 1)
    if (this.#at < this.#text.length) this.#fail('JSON_MALFORMED', 'something follows the document')
  }

  #value(depth: number): void {
    this.#take(whitespace)
    const next = this.#text[this.#at]
    if (next === '{') this.#object(depth)
    else if (next === '[') this.#array(depth)
    else if (next === '"') this.#string()
    else if (this.#take(literal) === undefined) this.#number()
    this.#take(whitespace)
  }

  #object(depth: number): void {
    this.#enter(depth)
    const names = new Set<string>()
    if (this.#skip('}')) return
    do {
      this.#take(whitespace)
      const start = this.#at
      const name = this.#string()
      this.#path.push(name)
      if (isForbiddenMember(name)) this.#fail('JSON_FORBIDDEN_MEMBER', `a member must not be named "${name}"`, start)
      if (names.has(name)) this.#fail('JSON_DUPLICATE_MEMBER', 'the member is said twice', start)
      names.add(name)
      this.#take(whitespace)
      if (!this.#skip(':')) this.#fail('JSON_MALFORMED', 'expected ":"')
      this.#value(depth + 1)
      this.#path.pop()
    } while (this.#skip(','))
    if (!this.#skip('}')) this.#fail('JSON_MALFORMED', 'expected "," or "}"')
  }

  #array(depth: number): void {
    this.#enter(depth)
    if (this.#skip(']')) return
    let index = 0
    do {
      this.#path.push(index++)
      this.#value(depth + 1)
      this.#path.pop()
    } while (this.#skip(','))
    if (!this.#skip(']')) this.#fail('JSON_MALFORMED', 'expected "," or "]"')
  }

  #enter(depth: number): void {
    const { max } = this.#depth
    if (depth > max) this.#fail('JSON_TOO_DEEP', `nested more than ${max} deep`)
    this.#at++
    this.#take(whitespace)
  }

  #string(): string {
    const start = this.#at
    if (!this.#skip('"')) this.#fail('JSON_MALFORMED', 'expected a string')
    // By hand: an expression for a whole string would need a backtracking stack as long as the string.
    for (let next = this.#text[this.#at]; next !== '"'; next = this.#text[this.#at]) {
      if (next === undefined || next < ' ') this.#fail('JSON_MALFORMED', 'a string does not end')
      if (next !== '\\') this.#at++
      else if (this.#take(escapeSequence) === undefined) this.#fail('JSON_MALFORMED', 'not an escape')
    }
    this.#at++
    const value: unknown = JSON.parse(this.#text.slice(start, this.#at))
    if (typeof value === 'string' && value.isWellFormed()) return value
    return this.#fail('JSON_LONE_SURROGATE', 'a string has half of a surrogate pair', start)
  }

  #number(): void {
    const start = this.#at
    const token = this.#take(number)
    if (token === undefined) this.#fail('JSON_MALFORMED', 'expected a value', start)
    if (!Number.isFinite(Number(token))) this.#fail('JSON_NUMBER_OUT_OF_RANGE', 'a number beyond a double', start)
  }

  #take(token: RegExp): string | undefined {
    token.lastIndex = this.#at
    const [taken] = token.exec(this.#text) ?? []
    if (taken !== undefined) this.#at += taken.length
    return taken
  }

  #skip(character: string): boolean {
    if (this.#text[this.#at] !== character) return false
    this.#at++
    return true
  }

  #fail(code: JsonFault, what: string, at = this.#at): never {
    const pointer = this.#path
      .map((step) => `/${String(step).slice(0, maxShownName).replaceAll('~', '~0').replaceAll('/', '~1')}`)
      .join('')
    const byteOffset = Buffer.byteLength(this.#text.slice(0, at))
    const message = `${what}, at byte ${byteOffset}`
    throw new JsonError(code, message, { violations: [{ code, message, pointer, byteOffset }] })
  }
}

/**
 * One JSON text, read a character at a time and taken at its word: no member twice, none that reaches a prototype, no half
 * surrogate pair, no number beyond a double. Undefined for anything else. Slow, and easy to believe.
 */
export function obviousJson(text: string): { readonly value: unknown } | undefined {
  const reader = new Reader(text)
  try {
    const value = reader.value(1)
    reader.end()
    return { value }
  } catch (error) {
    if (error instanceof NoJson) return undefined
    throw error
  }
}

class NoJson extends Error {}

const maxDepth = 64
const forbidden = ['__proto__', 'constructor', 'prototype']

class Reader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  value(depth: number): unknown {
    this.#space()
    const next = this.#text[this.#at]
    if (next === '{' || next === '[') {
      if (depth > maxDepth) throw new NoJson()
      return next === '{' ? this.#object(depth) : this.#array(depth)
    }
    if (next === '"') return this.#string()
    for (const [word, value] of words) if (this.#skip(word)) return value
    return this.#number()
  }

  end(): void {
    this.#space()
    if (this.#at !== this.#text.length) throw new NoJson()
  }

  #object(depth: number): Record<string, unknown> {
    const members = new Map<string, unknown>()
    this.#need('{')
    this.#space()
    if (this.#skip('}')) return {}
    do {
      this.#space()
      const name = this.#string()
      if (members.has(name) || forbidden.includes(name)) throw new NoJson()
      this.#space()
      this.#need(':')
      members.set(name, this.value(depth + 1))
      this.#space()
    } while (this.#skip(','))
    this.#need('}')
    return Object.fromEntries(members)
  }

  #array(depth: number): unknown[] {
    const elements: unknown[] = []
    this.#need('[')
    this.#space()
    if (this.#skip(']')) return elements
    do {
      elements.push(this.value(depth + 1))
      this.#space()
    } while (this.#skip(','))
    this.#need(']')
    return elements
  }

  #string(): string {
    this.#need('"')
    let text = ''
    while (this.#text[this.#at] !== '"') text += this.#character()
    this.#at += 1
    if (!text.isWellFormed()) throw new NoJson()
    return text
  }

  #character(): string {
    const next = this.#text[this.#at] ?? ''
    if (next < ' ') throw new NoJson()
    this.#at += 1
    if (next !== '\\') return next
    const escaped = this.#text[this.#at++] ?? ''
    if (escaped === 'u') return this.#unit()
    const place = escapes.indexOf(escaped)
    if (escaped === '' || place === -1) throw new NoJson()
    return meant[place]!
  }

  #unit(): string {
    const digits = this.#text.slice(this.#at, this.#at + 4)
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw new NoJson()
    this.#at += 4
    return String.fromCharCode(Number.parseInt(digits, 16))
  }

  #number(): number {
    const [text] = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/.exec(this.#text.slice(this.#at)) ?? ['']
    if (text === '' || !Number.isFinite(Number(text))) throw new NoJson()
    this.#at += text.length
    return Number(text)
  }

  #space(): void {
    while (' \t\n\r'.includes(this.#text[this.#at] ?? 'x')) this.#at += 1
  }

  #skip(word: string): boolean {
    if (!this.#text.startsWith(word, this.#at)) return false
    this.#at += word.length
    return true
  }

  #need(word: string): void {
    if (!this.#skip(word)) throw new NoJson()
  }
}

const words = [
  ['true', true],
  ['false', false],
  ['null', null],
] as const
const escapes = '"\\/bfnrt'
const meant = '"\\/\b\f\n\r\t'

import type { Violation } from '../errors.ts'
import { checkMetadata, escapePointer } from './check-metadata.ts'
import { checkText } from './check-text.ts'

/** A member's name, and every way in which it may be written. */
export type Spellings<Name extends string = string> = Readonly<Record<Name, readonly string[]>>

export interface ReadObject {
  readonly value: unknown
  readonly pointer: string
  /** Everything that is wrong is noted here; a member that is wrong then reads as absent. */
  readonly violations: Violation[]
}

const maxShownName = 128

interface FoundMember {
  readonly pointer: string
  readonly value: unknown
}

/** Reads the members of an envelope: null is absent, unknown names and second spellings are refused with their place. */
export class ObjectReader<Name extends string> {
  readonly #pointer: string
  readonly #violations: Violation[]
  readonly #members = new Map<string, FoundMember>()

  constructor(spellings: Spellings<Name>, { value, pointer, violations }: ReadObject) {
    this.#pointer = pointer
    this.#violations = violations
    if (value === undefined) return
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.#note('FIELD_TYPE_INVALID', `${nameOf(pointer)}: an object is expected`, pointer)
      return
    }
    const names = namesBySpelling(spellings)
    for (const [spelling, said] of Object.entries(value)) this.#take(names.get(spelling), spelling, said)
  }

  member(name: Name): ReadObject {
    const { value, pointer } = this.#found(name)
    return { value, pointer, violations: this.#violations }
  }

  text(name: Name): string | undefined {
    const { value, pointer } = this.#found(name)
    const { text, problem } = checkText(value)
    if (problem) this.#note(problem.code, `${name}: ${problem.message}`, pointer)
    return text
  }

  count(name: Name): number | undefined {
    const { value, pointer } = this.#found(name)
    if (value === undefined || (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0)) return value
    this.#note('FIELD_TYPE_INVALID', `${name}: a whole number is expected`, pointer)
    return undefined
  }

  list(name: Name): readonly unknown[] {
    const { value, pointer } = this.#found(name)
    if (value === undefined || Array.isArray(value)) return value ?? []
    this.#note('FIELD_TYPE_INVALID', `${name}: an array is expected`, pointer)
    return []
  }

  metadata(name: Name): Readonly<Record<string, string>> | undefined {
    const { value, pointer } = this.#found(name)
    const { metadata, problem } = checkMetadata(value)
    if (problem) this.#note(problem.code, `${name}: ${problem.message}`, `${pointer}${problem.pointer}`)
    return metadata
  }

  #take(name: string | undefined, spelling: string, value: unknown): void {
    // The name is the client's, as long as the body allows.
    const pointer = `${this.#pointer}/${escapePointer(spelling.slice(0, maxShownName))}`
    if (value === null) return
    if (name === undefined) {
      this.#note('MEMBER_UNKNOWN', 'there is no such member', pointer)
    } else if (this.#members.has(name)) {
      this.#note('FIELD_SAID_TWICE', `${name} is given in two spellings`, pointer)
    } else {
      this.#members.set(name, { pointer, value })
    }
  }

  #found(name: Name): FoundMember {
    return this.#members.get(name) ?? { pointer: `${this.#pointer}/${name}`, value: undefined }
  }

  #note(code: string, message: string, pointer: string): void {
    this.#violations.push({ code, message, pointer })
  }
}

function namesBySpelling(spellings: Spellings): Map<string, string> {
  return new Map(Object.entries(spellings).flatMap(([name, ways]) => ways.map((way) => [way, name] as const)))
}

function nameOf(pointer: string): string {
  return pointer === '' ? 'body' : pointer.slice(1)
}

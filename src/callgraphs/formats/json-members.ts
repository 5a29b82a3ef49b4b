import { invalidValue } from '../callgraph-errors.ts'

/** A parsed JSON object; what its members are, the functions below find out. */
export type JsonObject = Readonly<Record<string, unknown>>

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function objectOf(value: unknown, pointer = ''): JsonObject {
  if (isJsonObject(value)) return value
  throw invalidValue('TYPE_WRONG', 'an object was expected', pointer)
}

/** The first of several spellings that is there; `null` is absent. */
export function firstMember(object: JsonObject, names: readonly string[]): string | undefined {
  return names.find((name) => object[name] !== undefined && object[name] !== null)
}

export function textMember(object: JsonObject, name: string): string | undefined {
  const value = object[name] ?? undefined
  if (value === undefined || typeof value === 'string') return value
  throw wrongType(name, 'a string')
}

/** An id under the first of its spellings. */
export function idMember(object: JsonObject, names: readonly string[]): string {
  const name = firstMember(object, names)
  const id = name === undefined ? undefined : textMember(object, name)
  if (id === undefined) throw invalidValue('ID_MISSING', `one of ${names.join(', ')} is required`)
  return id
}

export function numberMember(object: JsonObject, name: string): number | undefined {
  const value = object[name] ?? undefined
  if (value === undefined || typeof value === 'number') return value
  throw wrongType(name, 'a number')
}

export function countMember(object: JsonObject, name: string): number | undefined {
  const value = numberMember(object, name)
  if (value === undefined || (Number.isSafeInteger(value) && value >= 0)) return value
  throw wrongType(name, 'a whole number')
}

export function flagMember(object: JsonObject, name: string): boolean | undefined {
  const value = object[name] ?? undefined
  if (value === undefined || typeof value === 'boolean') return value
  throw wrongType(name, 'true or false')
}

export function textsMember(object: JsonObject, name: string): string[] | undefined {
  const value = object[name] ?? undefined
  if (value === undefined) return undefined
  if (!Array.isArray(value)) throw wrongType(name, 'a list of strings')
  return value.map((text: unknown) => {
    if (typeof text === 'string') return text
    throw wrongType(name, 'a list of strings')
  })
}

export function textMapMember(object: JsonObject, name: string): Record<string, string> | undefined {
  const value = object[name] ?? undefined
  if (value === undefined) return undefined
  const entries = Object.entries(objectOf(value, `/${name}`))
  return Object.fromEntries(
    entries.map(([key, text]) => {
      if (typeof text === 'string') return [key, text]
      throw wrongType(name, 'a map of strings')
    }),
  )
}

/** A member that is one of a closed list. */
export function choiceMember<Choice extends string>(
  object: JsonObject,
  { name, choices }: { readonly name: string; readonly choices: readonly Choice[] },
): Choice | undefined {
  const text = textMember(object, name)?.trim()
  const choice = choices.find((known) => known === text)
  if (text !== undefined && choice === undefined) {
    throw invalidValue('VALUE_UNKNOWN', `${name} must be one of ${choices.join(', ')}`, `/${name}`)
  }
  return choice
}

export function wrongType(name: string, expected: string) {
  return invalidValue('TYPE_WRONG', `${name} must be ${expected}`, `/${name}`)
}

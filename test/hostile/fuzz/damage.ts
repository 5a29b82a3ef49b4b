import type { Change, Damage, JsonValue } from './drawn-request.ts'

type Path = readonly (string | number)[]

/** The document with one place of it changed. */
export function changed(value: JsonValue, { at, to }: Change): JsonValue {
  const places = placesOf(value)
  const path = places[at % places.length] ?? []
  return replaced(value, path, (there) => {
    switch (to.kind) {
      case 'dropped':
        return undefined
      case 'value':
        return to.value
      case 'member':
        return isObject(there) ? Object.fromEntries([...Object.entries(there), [to.name, to.value]]) : to.value
      case 'nested':
        return nested(there, to.depth, to.isArray)
      case 'repeated':
        return Array.isArray(there) ? Array.from({ length: to.times }, () => there[0] ?? null) : [there, there]
    }
  })
}

function placesOf(value: JsonValue, path: Path = []): Path[] {
  if (Array.isArray(value)) return [path, ...value.flatMap((item, index) => placesOf(item, [...path, index]))]
  if (!isObject(value)) return [path]
  return [path, ...Object.entries(value).flatMap(([name, member]) => placesOf(member, [...path, name]))]
}

function replaced(
  value: JsonValue,
  [step, ...rest]: Path,
  change: (there: JsonValue) => JsonValue | undefined,
): JsonValue {
  if (step === undefined) return change(value) ?? null
  const within = (there: JsonValue): JsonValue | undefined =>
    rest.length === 0 ? change(there) : replaced(there, rest, change)
  if (Array.isArray(value)) {
    return value.flatMap((item: JsonValue, index) => (index === step ? (within(item) ?? []) : [item]))
  }
  if (!isObject(value)) return value
  const members = Object.entries(value).flatMap(([name, member]): [string, JsonValue][] => {
    const kept = name === step ? within(member) : member
    return kept === undefined ? [] : [[name, kept]]
  })
  return Object.fromEntries(members)
}

function nested(value: JsonValue, depth: number, isArray: boolean): JsonValue {
  let outer = value
  for (let level = 0; level < depth; level += 1) outer = isArray ? [outer] : { a: outer }
  return outer
}

export function isObject(value: JsonValue | undefined): value is { readonly [member: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The bytes with one thing wrong. */
export function damaged(bytes: Buffer, { at, kind, with: inserted }: Damage): Buffer {
  const place = Math.floor((bytes.length * at) / 1_000)
  switch (kind) {
    case 'cut':
      return bytes.subarray(0, place)
    case 'flipped':
      return Buffer.from(bytes.map((byte, index) => (index === place ? byte ^ (1 << (at % 8)) : byte)))
    case 'inserted':
      return Buffer.concat([bytes.subarray(0, place), Buffer.from(inserted, 'hex'), bytes.subarray(place)])
    case 'doubled-member':
      return insteadOfOne(bytes, /"(?:[^"\\]|\\.)*":/g, place, (member) => `${member}null,${member}`)
    case 'number':
      return insteadOfOne(bytes, /(?<=[:[,])-?\d+(?:\.\d+)?(?=[,}\]])/g, place, () => inserted)
    case 'twice':
      return Buffer.concat([bytes, bytes])
  }
}

function insteadOfOne(bytes: Buffer, pattern: RegExp, place: number, replacement: (found: string) => string): Buffer {
  const text = bytes.toString('latin1')
  const found = [...text.matchAll(pattern)]
  const match = found[place % Math.max(1, found.length)]
  if (!match) return bytes
  const before = text.slice(0, match.index)
  return Buffer.from(`${before}${replacement(match[0])}${text.slice(match.index + match[0].length)}`, 'latin1')
}

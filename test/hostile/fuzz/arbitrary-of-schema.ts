import fc from 'fast-check'
import { subject } from './arbitrary-evidence.ts'
import { freshText, hostileText, known, markedText, textNamed, time } from './arbitrary-text.ts'
import type { JsonValue } from './drawn-request.ts'
import type { JsonSchema } from './surface.ts'

/** Documents that a schema allows; the name of a member tells what its text is about. */
export function jsonOf(schema: JsonSchema, name = ''): fc.Arbitrary<JsonValue> {
  const { enum: listed, anyOf } = schema
  if (Array.isArray(listed)) return fc.constantFrom(...(listed as JsonValue[]))
  if (Array.isArray(anyOf)) return fc.oneof(...(anyOf as JsonSchema[]).map((one) => jsonOf(one, name)))
  switch (schema['type']) {
    case 'string':
      return stringOf(schema, name)
    case 'integer':
    case 'number':
      return integerOf(schema)
    case 'boolean':
      return fc.boolean()
    case 'array':
      return fc.array(jsonOf(schemaIn(schema, 'items'), name), {
        minLength: numberIn(schema, 'minItems') ?? 0,
        maxLength: 4,
      })
    case 'object':
      return name === 'subject' ? subject : objectOf(schema)
    default:
      return fc.constant(null)
  }
}

export function stringOf(schema: JsonSchema, name = ''): fc.Arbitrary<string> {
  const pattern = schema['pattern']
  if (schema['format'] === 'date-time') return time
  // A version is the only number that is recalled: elsewhere the name means something that people call so.
  if (pattern === '^[1-9]\\d{0,14}$') return fc.oneof(known('version'), fc.constantFrom('1', '2', '999999'))
  const named = textNamed(name)
  if (named) return named
  if (typeof pattern === 'string' && !pattern.includes('\\P')) return fc.stringMatching(new RegExp(pattern))
  return fc.oneof(markedText, freshText)
}

function integerOf(schema: JsonSchema): fc.Arbitrary<number> {
  const min = numberIn(schema, 'minimum') ?? 0
  const max = numberIn(schema, 'maximum') ?? 100
  return fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: Math.max(min, 0), max: Math.min(max, 100) }) },
    { weight: 1, arbitrary: fc.constantFrom(min, max) },
  )
}

function objectOf(schema: JsonSchema): fc.Arbitrary<JsonValue> {
  const properties = Object.entries(schemaIn(schema, 'properties') as Readonly<Record<string, JsonSchema>>)
  if (properties.length === 0) return dictionaryOf(schemaIn(schema, 'additionalProperties'))
  const members = Object.fromEntries(properties.map(([name, member]) => [name, jsonOf(member, name)]))
  const requiredKeys = Array.isArray(schema['required']) ? (schema['required'] as string[]) : []
  return fc.record(members, { requiredKeys, noNullPrototype: true })
}

function dictionaryOf(schema: JsonSchema): fc.Arbitrary<JsonValue> {
  const values = schema['type'] === undefined ? fc.oneof(markedText, fc.boolean()) : jsonOf(schema)
  const names = fc.constantFrom('provenance.source', 'capture.method', 'a', 'b', '10')
  return fc.dictionary(names, values, { maxKeys: 3, noNullPrototype: true })
}

/** Values of any kind but the right one. */
export const hostileValue: fc.Arbitrary<JsonValue> = fc.oneof(
  { weight: 4, arbitrary: hostileText },
  {
    weight: 4,
    arbitrary: fc.constantFrom<JsonValue>(
      null,
      true,
      0,
      -1,
      1.5,
      1e308,
      2 ** 53,
      -(2 ** 63),
      5e-324,
      [],
      {},
      [[]],
      [null],
      { a: null },
      { toString: 1 },
      { length: 1e9 },
      { constructor: {} },
      { $ref: '#' },
    ),
  },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<JsonValue> },
)

function schemaIn(schema: JsonSchema, member: string): JsonSchema {
  const inner = schema[member]
  return typeof inner === 'object' && inner !== null ? (inner as JsonSchema) : {}
}

function numberIn(schema: JsonSchema, member: string): number | undefined {
  const value = schema[member]
  return typeof value === 'number' ? value : undefined
}

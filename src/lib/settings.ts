import { z } from 'zod'

/** One key of a settings schema: a leaf of its objects. */
export interface Setting {
  readonly path: readonly string[]
  readonly description: string
  /** Undefined for a key that may be absent. */
  readonly defaultValue: unknown
  /** In the words of the reference. */
  readonly type: string
  /** True where a text is meant as it stands, and must not be read as a number or a truth value. */
  readonly isText: boolean
}

/** The leaves of nested objects in the order in which they are written. */
export function listSettings(schema: z.ZodType, path: readonly string[] = []): Setting[] {
  const { inner, defaultValue } = unwrap(schema)
  if (inner instanceof z.ZodObject) {
    const members: Readonly<Record<string, z.ZodType>> = inner.shape
    return Object.entries(members).flatMap(([key, member]) => listSettings(member, [...path, key]))
  }
  const type = typeName(inner)
  const isText = inner instanceof z.ZodString || inner instanceof z.ZodEnum || inner instanceof z.ZodURL
  return [{ path, description: schema.description ?? '', defaultValue, type, isText }]
}

/** `airGap.sealedMode` of prefix `SIGNALS` is `SIGNALS__AIR_GAP__SEALED_MODE`. */
export function environmentName(prefix: string, path: readonly string[]): string {
  const words = path.map((key) => key.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase())
  return [prefix, ...words].join('__')
}

function unwrap(schema: z.ZodType): { inner: z.ZodType; defaultValue: unknown } {
  let inner = schema
  let defaultValue: unknown
  for (;;) {
    if (inner instanceof z.ZodDefault || inner instanceof z.ZodPrefault) {
      defaultValue = inner.def.defaultValue
      inner = asClassic(inner.def.innerType)
    } else if (inner instanceof z.ZodOptional) inner = asClassic(inner.def.innerType)
    else if (inner instanceof z.ZodPipe) inner = asClassic(inner.def.in)
    else return { inner, defaultValue }
  }
}

/** zod types the inside of its wrappers by the core class; all of ours come from the classic one. */
function asClassic(schema: z.core.$ZodType): z.ZodType {
  if (schema instanceof z.ZodType) return schema
  throw new TypeError('a settings schema is made of zod classic types')
}

function typeName(schema: z.ZodType): string {
  if (schema instanceof z.ZodEnum) return schema.options.map((option) => `\`${option}\``).join(' or ')
  if (schema instanceof z.ZodLiteral) return [...schema.values].map((value) => `\`${String(value)}\``).join(' or ')
  if (schema instanceof z.ZodUnion) return schema.def.options.map((option) => typeName(asClassic(option))).join(' or ')
  if (schema instanceof z.ZodArray) return 'list'
  if (schema instanceof z.ZodNumber) return schema.isInt ? 'integer' : 'number'
  if (schema instanceof z.ZodURL) return 'URL'
  return schema.def.type
}

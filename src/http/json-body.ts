import { type JsonLimits, parseStrictJson } from '../lib/strict-json.ts'
import type { BodyLimit } from './request-body.ts'

export interface JsonBodyLimit extends BodyLimit, JsonLimits {}

/** Bytes as one JSON document, in which a member that is null is absent. Undefined when there are none. */
export function strictJsonOf(bytes: Uint8Array, limits: JsonLimits): unknown {
  if (bytes.length === 0) return undefined
  const document = parseStrictJson(bytes, limits)
  dropNullMembers(document)
  return document
}

function dropNullMembers(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  if (Array.isArray(value)) {
    for (const element of value) dropNullMembers(element)
    return
  }
  for (const [name, member] of Object.entries(value)) {
    if (member === null) Reflect.deleteProperty(value, name)
    else dropNullMembers(member)
  }
}

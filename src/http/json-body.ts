import { type JsonLimits, parseStrictJson } from '../lib/strict-json.ts'
import { type BodyLimit, readWhole } from './request-body.ts'

export interface JsonBodyLimit extends BodyLimit, JsonLimits {}

/** A whole body as one JSON document, in which a member that is null is absent. Undefined when there are no bytes. */
export async function readStrictJson(body: AsyncIterable<Buffer>, limit: JsonBodyLimit): Promise<unknown> {
  const bytes = await readWhole(body, limit)
  if (bytes.length === 0) return undefined
  const document = parseStrictJson(bytes, limit)
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

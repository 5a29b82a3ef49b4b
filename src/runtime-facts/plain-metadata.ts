import { isForbiddenMember } from '../lib/json-fault.ts'
import { maxKeyLength, maxKeys, maxValueLength } from './check-metadata.ts'

export interface PlainMetadata {
  readonly metadata: Readonly<Record<string, string>> | undefined
  /** That it has in its text. */
  readonly quotes: number
}

/** A map of texts that is kept as it is, its keys in their order already; undefined for any other, which `checkMetadata` reads. */
export function plainMetadata(value: unknown): PlainMetadata | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const metadata: Record<string, string> = {}
  let count = 0
  let last = ''
  for (const [key, text] of Object.entries(value)) {
    if (key < last || key.length > maxKeyLength || isForbiddenMember(key)) return undefined
    if (typeof text !== 'string' || text.length > maxValueLength) return undefined
    metadata[key] = text
    last = key
    count += 1
  }
  if (count > maxKeys) return undefined
  return { metadata: count === 0 ? undefined : metadata, quotes: 4 * count }
}

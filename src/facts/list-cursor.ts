import { z } from 'zod'
import { decodeCursor, encodeCursor } from '../http/paging.ts'
import { hexOf, sha256Of } from '../identifiers/digest.ts'

/** Where a page begins: behind the entry of this key, or of the key that begins so and has this hash. */
export interface ListPosition {
  readonly key: string
  readonly hash?: string
}

/** Keys may be longer than an address can carry; then a cursor holds their beginning and their hash. */
const maxKeyInCursor = 600

const Position = z.union([z.tuple([z.string()]), z.tuple([z.string(), z.string()])])

export function listCursor(list: string, key: string): string {
  if (key.length <= maxKeyInCursor) return encodeCursor(list, [key])
  return encodeCursor(list, [key.slice(0, maxKeyInCursor), hexOf(sha256Of(key))])
}

export function listPosition(list: string, cursor: string | undefined): ListPosition | undefined {
  if (cursor === undefined) return undefined
  const [key, hash] = decodeCursor(list, Position, cursor)
  return { key, ...(hash !== undefined && { hash }) }
}

/** Tells of keys, asked in order, whether they stand behind a position. */
export function behind(position: ListPosition | undefined): (key: string) => boolean {
  if (position === undefined) return () => true
  const { key: start, hash } = position
  let isPassed = hash === undefined
  return (key) => {
    if (key <= start) return false
    if (isPassed || !key.startsWith(start)) return true
    isPassed = hexOf(sha256Of(key)) === hash
    return false
  }
}

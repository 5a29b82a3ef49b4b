import { z } from 'zod'
import { decodeCursor, encodeCursor } from '../http/paging.ts'
import type { FactRow } from './fact-row.ts'
import { type FactVersion, type FactVersions, versionOf } from './fact-versions.ts'

export interface PageOfVersions {
  readonly items: readonly FactVersion[]
  readonly nextCursor?: string
}

const listName = 'versions'
const Position = z.tuple([z.int().positive()])

/** The versions of a fact, newest first; also those that the relay has not put into the list yet. */
export async function pageOfVersions(
  { versions }: { readonly versions: FactVersions },
  row: FactRow,
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<PageOfVersions> {
  const [before] = cursor === undefined ? [] : decodeCursor(listName, Position, cursor)
  // The row was read first: what left it since is in the list.
  const listed = await versions.page(row, before, limit + 1)
  const waiting = row.events.map(versionOf).filter(({ version }) => before === undefined || version < before)
  const known = new Map([...listed, ...waiting].map((version) => [version.version, version]))
  const newestFirst = [...known.values()].sort((one, other) => other.version - one.version)
  const items = newestFirst.slice(0, limit)
  const last = newestFirst.length > limit ? items.at(-1) : undefined
  return { items, ...(last && { nextCursor: encodeCursor(listName, [last.version]) }) }
}

import { z } from 'zod'
import { decodeCursor, encodeCursor } from '../http/paging.ts'
import type { DeadLetter } from './dead-letters.ts'

/** Where a letter stands. It says nothing of other tenants' letters, as a number common to all would. */
export type DeadLetterPosition = readonly [deadAt: string, factVersion: number, eventId: string]

const listName = 'dead-letters'
const Position = z.tuple([z.string(), z.int(), z.string()]).readonly()

export function deadLetterPosition({ deadAt, event }: DeadLetter): DeadLetterPosition {
  return [deadAt, event.fact_version, event.event_id]
}

export function deadLetterCursor(letter: DeadLetter): string {
  return encodeCursor(listName, deadLetterPosition(letter))
}

/** What a cursor of this list holds; anything else is `QUERY_INVALID`. */
export function positionOfCursor(cursor: string): DeadLetterPosition {
  return decodeCursor(listName, Position, cursor)
}

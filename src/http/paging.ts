import { z } from 'zod'
import { HttpError } from './http-errors.ts'

/** `?limit=` and `?cursor=` of every list. Spread its shape into a list's own query schema. */
export const PageQuery = z.object({
  limit: z
    .string()
    .regex(/^\d{1,4}$/, 'limit is a number from 1 to 200')
    .transform(Number)
    .refine((limit) => limit >= 1 && limit <= 200, 'limit is a number from 1 to 200')
    .default(50),
  cursor: z.string().min(1).max(4096).optional(),
})

export type Cursor = readonly (string | number)[]

/** Opaque to clients: where a list goes on. The first member names the list, so that no other list takes it. */
export function encodeCursor(list: string, position: Cursor): string {
  return Buffer.from(JSON.stringify([list, ...position])).toString('base64url')
}

/** The position that a cursor of this list holds, checked by its schema; anything else is `QUERY_INVALID`. */
export function decodeCursor<Position>(list: string, position: z.ZodType<Position>, cursor: string): Position {
  const decoded = parsed(Buffer.from(cursor, 'base64url').toString('utf8'))
  if (!Array.isArray(decoded) || decoded[0] !== list) throw badCursor()
  const checked = position.safeParse(decoded.slice(1))
  if (!checked.success) throw badCursor()
  return checked.data
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function badCursor(): HttpError {
  return new HttpError('QUERY_INVALID', 'the cursor is not one that this list gave', {
    violations: [{ code: 'cursor', message: 'is not one that this list gave', pointer: '/cursor' }],
  })
}

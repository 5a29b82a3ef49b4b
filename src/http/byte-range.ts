import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ByteRange } from '../lib/byte-range.ts'
import { HttpError } from './http-errors.ts'

/**
 * The one range of bytes that a client asks for (RFC 9110, 14), and the headers that go with it: 206 with its place, 416
 * when nothing of it is there. Undefined, and 200, when all is to be sent: for no range, several, or one in words that are
 * not ours, and for one that `If-Range` makes depend on another representation.
 */
export function requestedRange(
  request: FastifyRequest,
  reply: FastifyReply,
  { length, etag }: { readonly length: number; readonly etag: string },
): ByteRange | undefined {
  reply.header('accept-ranges', 'bytes')
  const { range, 'if-range': condition } = request.headers
  const asked = condition === undefined || condition === `"${etag}"` ? parseRange(range, length) : undefined
  if (!asked) {
    reply.code(200).header('content-length', length)
    return undefined
  }
  const { start, end } = asked
  if (start > end) {
    throw new HttpError('RANGE_NOT_SATISFIABLE', `there are ${length} bytes`, {
      headers: { 'content-range': `bytes */${length}` },
    })
  }
  reply.code(206).header('content-length', end - start + 1)
  reply.header('content-range', `bytes ${start}-${end}/${length}`)
  return asked
}

/** Ends before it starts when nothing of it is there. */
function parseRange(header: string | undefined, length: number): ByteRange | undefined {
  const match = /^\s*bytes\s*=\s*(\d{0,15})\s*-\s*(\d{0,15})\s*$/i.exec(header ?? '')
  const [, first = '', last = ''] = match ?? []
  if (first === '' && last === '') return undefined
  if (first === '') return { start: Math.max(0, length - Number(last)), end: length - 1 }
  // A last byte before the first makes the header one that is not to be understood.
  if (last !== '' && Number(last) < Number(first)) return undefined
  return { start: Number(first), end: last === '' ? length - 1 : Math.min(Number(last), length - 1) }
}

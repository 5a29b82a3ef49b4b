import type { IncomingHttpHeaders } from 'node:http'
import type { Readable } from 'node:stream'
import { ServiceError } from '../errors.ts'
import type { BodyPace } from './body-pace.ts'
import { HttpError } from './http-errors.ts'
import { type CompressedEncoding, compressedEncodings, inflate } from './inflate.ts'
import type { LargeUploads } from './large-uploads.ts'

export interface BodyLimit {
  /** Counts inflated bytes. */
  readonly maxBytes: number
  readonly pace?: BodyPace | undefined
  /** Where large bodies of all routes are counted together; a route without it takes any number. */
  readonly uploads?: LargeUploads
}

type Encoding = 'identity' | CompressedEncoding

/**
 * A request's inflated bytes as they come. Refuses at once what its headers already rule out; while it is read it throws
 * `BODY_TOO_LARGE`, `BODY_CORRUPT` or `BODY_INCOMPLETE`. Leaving it early leaves the connection open for the answer.
 */
export function openBody(
  raw: Readable,
  headers: IncomingHttpHeaders,
  { maxBytes, pace }: BodyLimit,
): AsyncIterable<Buffer> {
  const encoding = encodingOf(headers)
  const declared = declaredLength(headers)
  if (encoding === 'identity') {
    if (declared !== undefined && declared > maxBytes) throw tooLarge(maxBytes)
    return limited(received(raw, { declared, pace }), maxBytes)
  }
  // Compressed bytes that inflate to nothing (empty frames) are bounded too; what does not compress grows by less than this.
  const maxCompressed = maxBytes + maxBytes / 64 + 64 * 1024
  return limited(inflate(encoding, limited(received(raw, { declared, pace }), maxCompressed)), maxBytes)
}

/** Reads a body to its end, into one buffer. */
export async function readWhole(body: AsyncIterable<Buffer>, { maxBytes }: BodyLimit): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of limited(body, maxBytes)) chunks.push(chunk)
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)
}

function encodingOf(headers: IncomingHttpHeaders): Encoding {
  const named = headers['content-encoding']?.trim().toLowerCase() ?? ''
  if (named === '' || named === 'identity') return 'identity'
  const encoding = compressedEncodings.find((candidate) => candidate === named)
  if (encoding) return encoding
  throw new HttpError(
    'CONTENT_ENCODING_UNSUPPORTED',
    'content encodings are identity, gzip, zstd or br, one at a time',
    {
      // RFC 9110, 15.5.16: tells that the encoding, not the type, was at fault.
      headers: { 'accept-encoding': compressedEncodings.join(', ') },
    },
  )
}

function declaredLength(headers: IncomingHttpHeaders): number | undefined {
  const length = headers['content-length']
  return length === undefined ? undefined : Number(length)
}

/** The bytes off the wire. Leaving early must not destroy the request: that would cut the connection before the answer. */
async function* received(
  raw: Readable,
  { declared, pace }: { readonly declared: number | undefined; readonly pace: BodyPace | undefined },
): AsyncGenerator<Buffer> {
  let length = 0
  const pieces = bytesOf(raw)
  try {
    for (;;) {
      const coming = pieces.next()
      const piece = await (pace?.next(coming) ?? coming)
      if (piece.done === true) break
      length += piece.value.length
      yield piece.value
    }
  } catch (error) {
    if (error instanceof ServiceError) throw error
    throw new HttpError('BODY_INCOMPLETE', 'the body ended too early', { cause: error })
  } finally {
    // Not awaited: it may be waiting for a client that sends no more.
    pieces.return(undefined).catch(() => undefined)
  }
  if (declared !== undefined && declared !== length) {
    throw new HttpError('BODY_INCOMPLETE', `the body has ${length} bytes where content-length says ${declared}`)
  }
}

async function* bytesOf(raw: Readable): AsyncGenerator<Buffer, undefined> {
  for await (const chunk of raw.iterator({ destroyOnReturn: false })) {
    yield Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk))
  }
}

async function* limited(source: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<Buffer> {
  let length = 0
  for await (const chunk of source) {
    length += chunk.length
    if (length > maxBytes) throw tooLarge(maxBytes)
    yield chunk
  }
}

function tooLarge(maxBytes: number): HttpError {
  return new HttpError('BODY_TOO_LARGE', `the inflated body has more than ${Math.floor(maxBytes)} bytes`)
}

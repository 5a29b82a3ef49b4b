import {
  type BrotliDecompress,
  constants,
  createBrotliDecompress,
  createGunzip,
  createZstdDecompress,
  type Gunzip,
  type ZstdDecompress,
} from 'node:zlib'
import { ServiceError } from '../errors.ts'
import { HttpError } from './http-errors.ts'

export const compressedEncodings = ['gzip', 'zstd', 'br'] as const

export type CompressedEncoding = (typeof compressedEncodings)[number]

type Decoder = Gunzip | ZstdDecompress | BrotliDecompress

const chunkSize = 64 * 1024

/** RFC 9659: no more than 8 MiB of window, so that what a client claims costs no more memory than that. */
const zstdWindowLogMax = 23

/** Each frame costs a decoder: a body of nothing but empty ones must come to an end. */
const maxFrames = 100_000

const decoders: Record<CompressedEncoding, () => Decoder> = {
  gzip: () => createGunzip({ chunkSize }),
  zstd: () => createZstdDecompress({ chunkSize, params: { [constants.ZSTD_d_windowLogMax]: zstdWindowLogMax } }),
  br: () => createBrotliDecompress({ chunkSize }),
}

/**
 * Inflates a whole body, as it comes. What is corrupt, truncated, or followed by anything that is not of the encoding is
 * `BODY_CORRUPT`. The source's own errors must be ServiceErrors; they pass through.
 */
export async function* inflate(encoding: CompressedEncoding, source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const chunks = source[Symbol.asyncIterator]()
  try {
    let rest = await nextOf(chunks)
    if (!rest) throw corrupt(encoding, 'it is empty')
    for (let frames = 0; rest; frames++) {
      if (frames === maxFrames) throw corrupt(encoding, `it has more than ${maxFrames} frames`)
      const decoder = decoders[encoding]()
      const feeding = feed(decoder, rest, chunks)
      // Awaited below; a failure reaches the reader through the decoder first.
      feeding.catch(() => undefined)
      yield* decoder
      rest = await feeding
      if (rest && encoding !== 'zstd') throw corrupt(encoding, 'bytes follow its end')
    }
  } catch (error) {
    if (error instanceof ServiceError) throw error
    throw corrupt(encoding, 'it does not inflate', error)
  } finally {
    // Not awaited: the source may be waiting for a client that sends no more.
    chunks.return?.()?.catch(() => undefined)
  }
}

/**
 * Writes into the decoder until the source or the frame ends, and gives back what lies behind the frame. Node's decoders
 * stop silently at the end of a frame: that they took fewer bytes than they were given is the only sign of it.
 */
async function feed(decoder: Decoder, first: Buffer, chunks: AsyncIterator<Buffer>): Promise<Buffer | undefined> {
  decoder.on('error', () => undefined)
  try {
    let given = 0
    for (let chunk: Buffer | undefined = first; chunk; chunk = await nextOf(chunks)) {
      await write(decoder, chunk)
      given += chunk.length
      const left = given - decoder.bytesWritten
      if (left > 0) {
        decoder.end()
        return chunk.subarray(chunk.length - left)
      }
    }
    decoder.end()
    return undefined
  } catch (error) {
    decoder.destroy(error instanceof Error ? error : new Error('the source failed', { cause: error }))
    throw error
  }
}

/** The next chunk that has bytes. */
async function nextOf(chunks: AsyncIterator<Buffer>): Promise<Buffer | undefined> {
  for (;;) {
    const { done, value } = await chunks.next()
    if (done) return undefined
    if (value.length > 0) return value
  }
}

function write(decoder: Decoder, chunk: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    decoder.write(chunk, (error) => (error ? reject(error) : resolve()))
  })
}

function corrupt(encoding: CompressedEncoding, why: string, cause?: unknown): HttpError {
  return new HttpError('BODY_CORRUPT', `the ${encoding} body is corrupt or truncated: ${why}`, { cause })
}

import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { constants, createZstdDecompress, zstdDecompress, zstdDecompressSync } from 'node:zlib'
import { type Digest, digestFromHex, sha256Of } from '../identifiers/digest.ts'
import { CasError, casUnavailable, errnoOf } from './cas-errors.ts'
import type { CasObject } from './cas-store.ts'
import { FrameEnd } from './frame-end.ts'
import type { StagedBlob } from './staged-blob.ts'
import { readTrailer, trailerLength } from './stored-form.ts'

/** What a reader knows of an object before it reads. Without a digest only the recorded lengths are verified. */
export interface Expected {
  readonly encoding: StagedBlob['encoding']
  readonly digest?: Digest | undefined
}

/** Level 3 needs 2 MiB of window; a frame that asks for more than 8 is not ours, and gets no memory. */
const decoderOptions = {
  params: { [constants.ZSTD_d_windowLogMax]: 23 },
  chunkSize: 64 * 1024,
  rejectGarbageAfterEnd: true,
}
const decoderCodes = /^(ZSTD_|Z_|ERR_TRAILING_JUNK_AFTER_STREAM_END$)/
/** So much is read in one piece, and inflated on the calling thread. */
const smallLength = 1024 * 1024
/** So much is inflated in one piece, on another thread. */
const wholeLength = 8 * 1024 * 1024

const inflateLater = promisify(zstdDecompress)

/**
 * The content of an object, piece by piece. The pieces are verified only by the end of the stream: nothing that follows from
 * them may be kept before that. The last is given out only when all of them are verified, so that whoever passes on what
 * it is given never passes on the whole of what is corrupt.
 */
export async function* readContent(object: CasObject, expected: Expected): AsyncGenerator<Buffer> {
  const hash = expected.digest && createHash('sha256')
  let held: Buffer | undefined
  try {
    for await (const chunk of expected.encoding === 'zstd' ? inflated(object) : unchanged(object)) {
      hash?.update(chunk)
      if (held) yield held
      held = chunk
    }
  } catch (error) {
    throw readError(error)
  }
  if (hash) verifyDigest(digestFromHex(hash.digest('hex')), expected)
  if (held) yield held
}

/** An object as it rests, compressed where it is, and verified as its content is: the end comes only after that. */
export async function* readStoredForm(object: CasObject, expected: Expected): AsyncGenerator<Buffer> {
  const passed: Buffer[] = []
  const stored = Readable.from(recording(piecesOf(object.stored), passed), { highWaterMark: 1 })
  for await (const _verified of readContent({ ...object, stored }, expected)) yield* passed.splice(0, passed.length - 1)
  yield* passed
}

async function* recording(pieces: AsyncIterable<Buffer>, passed: Buffer[]): AsyncGenerator<Buffer> {
  for await (const piece of pieces) {
    passed.push(piece)
    yield piece
  }
}

/** All of the content of an object, verified, if it is at most so long. */
export async function readWholeContent(object: CasObject, expected: Expected, maxBytes: number): Promise<Buffer> {
  if (expected.encoding === 'identity' || object.storedLength > smallLength) {
    return collect(readContent(object, expected), maxBytes)
  }
  const stored = await collect(unchanged(object), smallLength).catch((error: unknown) => {
    throw readError(error)
  })
  return readWhole(stored, expected, maxBytes)
}

async function readWhole(stored: Buffer, expected: Expected, maxBytes: number): Promise<Buffer> {
  const trailer = readTrailer(stored.subarray(-trailerLength), stored.byteLength)
  if (!trailer) throw corrupt('the object is cut off or was added to')
  if (trailer.contentLength > maxBytes) throw tooLarge(maxBytes)
  if (trailer.contentLength > wholeLength) {
    const object = { stored: Readable.from([stored]), storedLength: stored.byteLength }
    return collect(readContent(object, expected), maxBytes)
  }
  const recorded = stored.subarray(0, trailer.frameLength)
  const frame = recorded.subarray(0, new FrameEnd().advance(recorded))
  requireEmptyFrame(recorded.subarray(frame.byteLength))
  const content = await inflateWhole(frame, trailer.contentLength)
  verifyDigest(sha256Of(content), expected)
  return content
}

async function inflateWhole(frame: Buffer, contentLength: number): Promise<Buffer> {
  const maxOutputLength = Math.max(1, contentLength)
  // One buffer for all of it: in pieces it takes half as long again. One that is filled to its end is followed by another.
  const options = { ...decoderOptions, maxOutputLength, chunkSize: contentLength + 64 }
  try {
    const isSmall = contentLength <= smallLength
    const content = isSmall ? zstdDecompressSync(frame, options) : await inflateLater(frame, options)
    if (content.byteLength === contentLength) return content
  } catch (error) {
    throw corrupt('the compressed bytes cannot be read', error)
  }
  throw corrupt('the content is shorter than recorded')
}

async function collect(chunks: AsyncIterable<Buffer>, maxBytes: number): Promise<Buffer> {
  const collected: Buffer[] = []
  let length = 0
  for await (const chunk of chunks) {
    length += chunk.byteLength
    if (length > maxBytes) throw tooLarge(maxBytes)
    collected.push(chunk)
  }
  return Buffer.concat(collected, length)
}

async function* unchanged({ stored, storedLength }: CasObject): AsyncGenerator<Buffer> {
  let length = 0
  for await (const chunk of piecesOf(stored)) {
    length += chunk.byteLength
    yield chunk
  }
  if (length !== storedLength) throw corrupt('the object changed its length while it was read')
}

async function* inflated({ stored, storedLength }: CasObject): AsyncGenerator<Buffer> {
  const frameLength = storedLength - trailerLength
  const behind: Behind = { frame: [], lastBytes: [] }
  const decoder = createZstdDecompress(decoderOptions)
  const flow = pipeline(stored, (pieces) => onlyFrame(pieces, frameLength, behind), decoder)
  // Whatever breaks the flow also breaks the decoder, and is thrown from there.
  flow.catch(() => undefined)
  let length = 0
  for await (const chunk of piecesOf(decoder)) {
    length += chunk.byteLength
    yield chunk
  }
  await flow
  const trailer = readTrailer(Buffer.concat(behind.lastBytes), storedLength)
  if (!trailer) throw corrupt('the object is cut off or was added to')
  if (trailer.contentLength !== length) throw corrupt('the content is not as long as recorded')
  requireEmptyFrame(Buffer.concat(behind.frame))
}

/** What stands behind the frame: what its recorded length covers besides, and the trailer. */
interface Behind {
  readonly frame: Buffer[]
  readonly lastBytes: Buffer[]
}

/** The decoder gets the frame alone, since it must refuse whatever follows its end. */
async function* onlyFrame(
  pieces: AsyncIterable<Buffer>,
  recordedLength: number,
  behind: Behind,
): AsyncGenerator<Buffer> {
  const end = new FrameEnd()
  let recordedLeft = recordedLength
  for await (const piece of pieces) {
    const recorded = piece.subarray(0, Math.max(0, recordedLeft))
    const ofFrame = end.advance(recorded)
    if (ofFrame > 0) yield piece.subarray(0, ofFrame)
    if (ofFrame < recorded.byteLength) behind.frame.push(recorded.subarray(ofFrame))
    if (recorded.byteLength < piece.byteLength) behind.lastBytes.push(piece.subarray(recorded.byteLength))
    recordedLeft -= piece.byteLength
  }
}

/** Objects that were written before `FrameEnd` may have the compressor's empty frame behind their own. */
function requireEmptyFrame(behind: Buffer): void {
  if (behind.byteLength > 0 && !behind.equals(emptyFrame)) throw corrupt('bytes follow the end of the frame')
}

const emptyFrame = Buffer.from('28b52ffd240001000099e9d851', 'hex')

/** The types of streams leave open what their chunks are; these two never carry anything but buffers. */
function piecesOf(stream: Readable): AsyncIterable<Buffer> {
  return stream
}

function verifyDigest(actual: Digest, expected: Expected): void {
  if (expected.digest !== undefined && actual !== expected.digest) {
    throw corrupt(`the content of ${expected.digest} has digest ${actual}`)
  }
}

function readError(error: unknown): CasError {
  return decoderCodes.test(errnoOf(error) ?? '')
    ? corrupt('the compressed bytes cannot be read', error)
    : casUnavailable(error, 'reading content')
}

function corrupt(message: string, cause?: unknown): CasError {
  return new CasError('CAS_CORRUPT', message, cause === undefined ? {} : { cause })
}

function tooLarge(maxBytes: number): CasError {
  return new CasError('CAS_TOO_LARGE', `the content is longer than ${maxBytes} bytes`)
}

import { type JsonPiece, JsonSplitError } from '../lib/json-piece.ts'
import { splitJson } from '../lib/json-splitter.ts'
import { type Line, splitLines } from '../lib/line-splitter.ts'
import type { EventViolation } from './check-event.ts'
import { peek } from './peek.ts'
import { type ReadEvent, readEvent, refuseEvent } from './read-event.ts'
import { RuntimeFactsError } from './runtime-facts-errors.ts'

export interface ReadEventsLimits {
  readonly maxLineBytes: number
  readonly maxDepth: number
}

/**
 * The events of a stream of inflated bytes, good and bad, in order and in batches: NDJSON, or one JSON array, told apart
 * by the first byte that is no space. Memory is bounded by the longest line allowed.
 */
export async function* readEvents(
  limits: ReadEventsLimits,
  chunks: AsyncIterable<Buffer>,
): AsyncGenerator<readonly ReadEvent[]> {
  const { firstCharacter, bytes } = await peek(chunks)
  if (firstCharacter === '[') yield* readElements(limits, bytes)
  else yield* readLines(limits, bytes)
}

async function* readLines(limits: ReadEventsLimits, chunks: AsyncIterable<Buffer>): AsyncGenerator<ReadEvent[]> {
  for await (const lines of splitLines(chunks, limits)) {
    yield lines.filter((line) => line.isTooLong || !isBlank(line.bytes)).map((line) => readLine(limits, line))
  }
}

function readLine({ maxLineBytes, maxDepth }: ReadEventsLimits, line: Line): ReadEvent {
  return line.isTooLong
    ? refuseEvent(line.bytes, line, tooLong(maxLineBytes))
    : readEvent(line.bytes, line, { maxDepth, outerDepth: 0 })
}

async function* readElements(limits: ReadEventsLimits, chunks: AsyncIterable<Buffer>): AsyncGenerator<ReadEvent[]> {
  const pieces = splitJson(chunks, {
    maxPieceBytes: limits.maxLineBytes,
    keepsBadPieces: true,
    opens: (path, kind) => path.length === 0 && kind === 'array',
  })
  try {
    for await (const found of pieces) {
      yield found.flatMap((piece) => (piece.kind === 'value' ? [readElement(limits, piece)] : []))
    }
  } catch (error) {
    throw error instanceof JsonSplitError ? brokenArray(error) : error
  }
}

function readElement(limits: ReadEventsLimits, { key, bytes, byteOffset, isTooLong }: JsonPiece): ReadEvent {
  // The array is the outermost.
  const depth = { maxDepth: limits.maxDepth, outerDepth: 1 }
  const place = { line: Number(key) + 1, byteOffset, pointer: `/${key}` }
  return isTooLong ? refuseEvent(bytes, place, tooLong(limits.maxLineBytes)) : readEvent(bytes, place, depth)
}

/** Behind the place where an array is broken nothing can be told apart any more, so the whole body is refused. */
function brokenArray(cause: JsonSplitError): RuntimeFactsError {
  const { message, byteOffset } = cause
  const violations = [{ code: 'ARRAY_MALFORMED', message, byteOffset }]
  return new RuntimeFactsError('ARRAY_MALFORMED', message, { cause, violations })
}

function tooLong(maxLineBytes: number): EventViolation {
  return { code: 'LINE_TOO_LONG', message: `an event has at most ${maxLineBytes} bytes`, pointer: '' }
}

function isBlank(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d)
}

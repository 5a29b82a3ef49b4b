import type { Violation } from '../../errors.ts'
import { JsonError } from '../../lib/json-errors.ts'
import {
  type JsonEvent,
  type JsonPiece,
  JsonSplitError,
  type JsonSplitterOptions,
  pointerOf,
} from '../../lib/json-piece.ts'
import { splitJson } from '../../lib/json-splitter.ts'
import { CallgraphError, malformed } from '../callgraph-errors.ts'

/** Far beyond any honest record, and little enough to be held. */
const maxPieceBytes = 16 * 1024 * 1024

export type Place = Pick<Violation, 'pointer' | 'line' | 'byteOffset'>

/** Reads a JSON graph event by event; whatever is wrong with one is refused with the place where it stands. */
export async function readPieces(
  chunks: AsyncIterable<Buffer>,
  { take, ...options }: Omit<JsonSplitterOptions, 'maxPieceBytes'> & { readonly take: (event: JsonEvent) => void },
): Promise<void> {
  try {
    for await (const events of splitJson(chunks, { maxPieceBytes, ...options })) {
      for (const event of events) takeAt(event, take)
    }
  } catch (error) {
    if (error instanceof JsonSplitError) throw malformed(error.message, { byteOffset: error.byteOffset })
    throw error
  }
}

function takeAt(event: JsonEvent, take: (event: JsonEvent) => void): void {
  try {
    take(event)
  } catch (error) {
    throw located(error, { pointer: event.kind === 'value' ? pointerOf(event) : '', byteOffset: event.byteOffset })
  }
}

/** Native output: the tool's own JSON, which repeats members or nests as it likes. */
export function parseNative(piece: JsonPiece): unknown {
  return JSON.parse(piece.bytes.toString('utf8'))
}

/** An error of one record, as an error of the upload: its places are counted from where the record begins. */
export function located(error: unknown, place: Place): unknown {
  if (error instanceof SyntaxError) return malformed(`the JSON text is malformed: ${error.message}`, place)
  const isValue = error instanceof CallgraphError && error.code === 'CALLGRAPH_INVALID'
  if (!isValue && !(error instanceof JsonError)) return error
  const violations = error.violations.map((violation) => within(violation, place))
  const code = isValue ? 'CALLGRAPH_INVALID' : 'CALLGRAPH_MALFORMED'
  return new CallgraphError(code, error.message, { violations, cause: error })
}

function within(violation: Violation, place: Place): Violation {
  const { pointer = '', byteOffset = 0, ...rest } = violation
  return {
    ...rest,
    ...(place.line !== undefined && { line: place.line }),
    ...(place.pointer !== undefined && { pointer: place.pointer + pointer }),
    ...(place.byteOffset !== undefined && { byteOffset: place.byteOffset + byteOffset }),
  }
}

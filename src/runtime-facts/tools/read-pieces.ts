import type { z } from 'zod'
import { type JsonPiece, JsonSplitError, pointerOf } from '../../lib/json-piece.ts'
import { splitJson } from '../../lib/json-splitter.ts'
import { malformedOutput } from './tool-reader.ts'

/** Far beyond what a tool prints of one script or one sample, and little enough to be held. */
const maxPieceBytes = 16 * 1024 * 1024

export interface PieceReader<Piece> {
  /** Path of the list whose elements are read: `['recording', 'events']`. */
  readonly list: readonly string[]
  readonly element: z.ZodType<Piece>
  readonly take: (piece: Piece) => void
  /** A member beside the list. */
  readonly takeMember?: (name: string, value: unknown) => void
}

/** Reads the one long list of a tool's JSON element by element; whatever is wrong with one is told with its place. */
export async function readPieces<Piece>(chunks: AsyncIterable<Buffer>, reader: PieceReader<Piece>): Promise<void> {
  const { list } = reader
  const opens = (path: readonly (string | number)[]) =>
    path.length <= list.length && path.every((step, position) => step === list[position])
  let hasList = false
  try {
    for await (const events of splitJson(chunks, { maxPieceBytes, opens })) {
      for (const event of events) {
        if (event.kind === 'value') takePiece(reader, event)
        else if (event.container.path.length === list.length) hasList = event.container.kind === 'array'
      }
    }
  } catch (error) {
    if (!(error instanceof JsonSplitError)) throw error
    throw malformedOutput(error.message, { byteOffset: error.byteOffset }, error)
  }
  if (!hasList) throw malformedOutput(`the output has no list ${list.join('.')}`, {})
}

function takePiece<Piece>({ list, element, take, takeMember }: PieceReader<Piece>, piece: JsonPiece): void {
  const place = { pointer: pointerOf(piece), byteOffset: piece.byteOffset }
  if (piece.container?.path.length !== list.length) {
    if (takeMember && typeof piece.key === 'string') takeMember(piece.key, parse(piece))
    return
  }
  const parsed = element.safeParse(parse(piece))
  if (parsed.success) {
    take(parsed.data)
    return
  }
  const [issue] = parsed.error.issues
  const within = (issue?.path ?? []).map((step) => `/${String(step)}`).join('')
  throw malformedOutput(issue?.message ?? 'not what this tool prints', { ...place, pointer: place.pointer + within })
}

/** The tool's own JSON, which may say a member twice. */
function parse({ bytes, ...piece }: JsonPiece): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch (error) {
    const place = { pointer: pointerOf(piece), byteOffset: piece.byteOffset }
    throw malformedOutput('the JSON text is malformed', place, error)
  }
}

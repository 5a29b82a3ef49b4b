/** A container whose children are told one by one. Shared by all of them, so that a child costs no path of its own. */
export interface OpenContainer {
  readonly kind: 'array' | 'object'
  /** Member names and element positions from the root. */
  readonly path: readonly (string | number)[]
}

/** A value that was not opened: its bytes, whole, as JSON text. `key` is undefined for the root itself. */
export interface JsonPiece {
  readonly kind: 'value'
  readonly container: OpenContainer | undefined
  readonly key: string | number | undefined
  readonly bytes: Buffer
  readonly byteOffset: number
  /** `bytes` holds only its beginning; told only to a reader that `keepsBadPieces`. */
  readonly isTooLong?: true
}

/** A container was entered: told before its children, and also when it has none. */
export interface JsonOpening {
  readonly kind: 'open'
  readonly container: OpenContainer
  readonly byteOffset: number
}

export type JsonEvent = JsonPiece | JsonOpening

export interface JsonSplitterOptions {
  readonly maxPieceBytes: number
  /** A piece that is too long or no UTF-8 is told like any other, for the reader to refuse alone, and does not end the reading. */
  readonly keepsBadPieces?: boolean
  /** Whether the array or object at this path is told child by child rather than whole. */
  opens(path: readonly (string | number)[], kind: 'array' | 'object'): boolean
  /**
   * Reads the object that begins at `at`, an element of an opened array, where it stands, and says where it ends; -1: it is told as a
   * piece. Asked only while nothing is left to be told, so that no element is read before those that stand in front of it.
   */
  readInPlace?(container: OpenContainer, bytes: Buffer, at: number): number
}

/** The input is no JSON text, or one of its pieces is longer than allowed. */
export class JsonSplitError extends Error {
  readonly byteOffset: number
  readonly reason: 'syntax' | 'too-long'

  constructor(message: string, byteOffset: number, reason: 'syntax' | 'too-long' = 'syntax') {
    super(message)
    this.name = 'JsonSplitError'
    this.byteOffset = byteOffset
    this.reason = reason
  }
}

/** RFC 6901 pointer of a piece. */
export function pointerOf({ container, key }: Pick<JsonPiece, 'container' | 'key'>): string {
  return pointerTo(key === undefined ? [] : [...(container?.path ?? []), key])
}

/** A name is the client's, as long as its text allowed; a pointer that repeats it must stay short. */
const maxShownName = 128

export function pointerTo(path: readonly (string | number)[]): string {
  return path
    .map((step) => `/${String(step).slice(0, maxShownName).replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('')
}

/** Counted from 0; both ends are within what they are counted in, and belong to the range. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

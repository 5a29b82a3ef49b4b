import { compareOrdinal } from '../../lib/ordinal.ts'

export interface NamedRange {
  readonly start: number
  readonly end: number
  readonly id: string
}

/**
 * Finds the innermost of many ranges around a place: the one that begins last, of those that end first, and of equal ones
 * that with the ordinally smallest id. In logarithmic time also where ranges overlap, which no parser prints but anybody can post.
 */
export class EnclosingRanges<Range extends NamedRange> {
  readonly #ranges: readonly Range[]
  readonly #starts: Float64Array
  /** A tree of maxima over the ends (plus one, so that 0 is no range); leaves begin at `#leaves`. */
  readonly #greatestEnds: Float64Array
  readonly #leaves: number

  constructor(ranges: readonly Range[]) {
    this.#ranges = ranges.toSorted(outerFirst)
    this.#starts = Float64Array.from(this.#ranges, ({ start }) => start)
    this.#leaves = 2 ** Math.ceil(Math.log2(ranges.length + 1))
    this.#greatestEnds = new Float64Array(this.#leaves * 2)
    for (const [position, { end }] of this.#ranges.entries()) this.#greatestEnds[this.#leaves + position] = end + 1
    for (let at = this.#leaves - 1; at > 0; at -= 1) {
      this.#greatestEnds[at] = Math.max(this.#greatestEnds[at * 2] ?? 0, this.#greatestEnds[at * 2 + 1] ?? 0)
    }
  }

  innermost(start: number, end: number): Range | undefined {
    let at = this.#leaves + this.#countStartingUpTo(start)
    // Climbs from the first range that begins too late; a left neighbour on the way covers only ranges that begin in time.
    while (at > 1) {
      if (at % 2 === 1 && this.#reaches(at - 1, end)) return this.#ranges[this.#lastLeaf(at - 1, end)]
      at = Math.floor(at / 2)
    }
    return undefined
  }

  #lastLeaf(from: number, end: number): number {
    let at = from
    while (at < this.#leaves) at = this.#reaches(at * 2 + 1, end) ? at * 2 + 1 : at * 2
    return at - this.#leaves
  }

  #reaches(at: number, end: number): boolean {
    return (this.#greatestEnds[at] ?? 0) > end
  }

  #countStartingUpTo(start: number): number {
    let low = 0
    let high = this.#starts.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#starts[middle] ?? 0) <= start) low = middle + 1
      else high = middle
    }
    return low
  }
}

function outerFirst(left: NamedRange, right: NamedRange): number {
  return left.start - right.start || right.end - left.end || compareOrdinal(right.id, left.id)
}

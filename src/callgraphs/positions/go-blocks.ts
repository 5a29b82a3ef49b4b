import type { GoBlock } from '../../evidence/tool-output.ts'

export interface Site {
  readonly line: number
  readonly column: number
}

/** The blocks of one source file, in the order of their starts. */
export class FileBlocks {
  readonly #blocks: readonly GoBlock[]

  constructor(blocks: readonly GoBlock[]) {
    this.#blocks = blocks.toSorted((left, right) => compare(startOf(left), startOf(right)))
  }

  get isExecuted(): boolean {
    return this.#blocks.some(({ hits }) => hits > 0)
  }

  /** The innermost block around a place: the last that begins before it, since blocks end where others begin inside. */
  around(site: Site): GoBlock | undefined {
    const block = this.#blocks[this.#countBefore(site) - 1]
    return block && compare(site, { line: block.endLine, column: block.endColumn }) < 0 ? block : undefined
  }

  /** The first block that begins at or behind a line: behind a function's own line it is the function's entry. */
  firstFrom(line: number): GoBlock | undefined {
    return this.#blocks[this.#countBefore({ line, column: -1 })]
  }

  #countBefore(site: Site): number {
    let low = 0
    let high = this.#blocks.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const block = this.#blocks[middle]
      if (block && compare(startOf(block), site) <= 0) low = middle + 1
      else high = middle
    }
    return low
  }
}

function startOf({ startLine: line, startColumn: column }: GoBlock): Site {
  return { line, column }
}

function compare(left: Site, right: Site): number {
  return left.line - right.line || left.column - right.column
}

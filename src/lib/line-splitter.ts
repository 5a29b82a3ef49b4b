/** One physical line, without its LF or CRLF. */
export interface Line {
  readonly bytes: Buffer
  /** 1-based; blank lines count. */
  readonly line: number
  /** Where `bytes` begins in the whole input; a byte order mark lies before it. */
  readonly byteOffset: number
  /** `bytes` holds only the first `maxLineBytes` of it: whether that ends the reading is the caller's decision. */
  readonly isTooLong: boolean
}

export interface LineSplitterOptions {
  readonly maxLineBytes: number
}

const lineFeed = 0x0a
const carriageReturn = 0x0d
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf])

/** Splits on bytes, so that broken UTF-8 spoils one line and not its neighbours; yields the lines of each chunk together, but for empty ones. */
export async function* splitLines(
  chunks: AsyncIterable<Buffer>,
  { maxLineBytes }: LineSplitterOptions,
): AsyncGenerator<Line[]> {
  const splitter = new LineSplitter(maxLineBytes)
  for await (const chunk of withoutByteOrderMark(chunks)) {
    const lines = splitter.push(chunk.bytes, chunk.byteOffset)
    if (lines.length > 0) yield lines
  }
  const last = splitter.finish()
  if (last) yield [last]
}

async function* withoutByteOrderMark(chunks: AsyncIterable<Buffer>) {
  let head: Buffer | undefined = Buffer.alloc(0)
  let byteOffset = 0
  for await (const chunk of chunks) {
    if (head === undefined) {
      yield { bytes: chunk, byteOffset }
      byteOffset += chunk.length
      continue
    }
    // A mark may come in pieces.
    head = head.length === 0 ? chunk : Buffer.concat([head, chunk])
    if (head.length < byteOrderMark.length && byteOrderMark.subarray(0, head.length).equals(head)) continue
    const skipped = startsWithMark(head) ? byteOrderMark.length : 0
    yield { bytes: head.subarray(skipped), byteOffset: skipped }
    byteOffset = head.length
    head = undefined
  }
  if (head !== undefined && head.length > 0) yield { bytes: head, byteOffset: 0 }
}

function startsWithMark(bytes: Buffer): boolean {
  return bytes.length >= byteOrderMark.length && bytes.subarray(0, byteOrderMark.length).equals(byteOrderMark)
}

class LineSplitter {
  readonly #maxLineBytes: number
  #carried: Buffer[] = []
  #carriedLength = 0
  #lineNumber = 1
  #lineStart: number | undefined

  constructor(maxLineBytes: number) {
    this.#maxLineBytes = maxLineBytes
  }

  push(chunk: Buffer, byteOffset: number): Line[] {
    this.#lineStart ??= byteOffset
    const lines: Line[] = []
    let start = this.#skipEmpty(chunk, byteOffset)
    for (let end = chunk.indexOf(lineFeed, start); end !== -1; end = chunk.indexOf(lineFeed, start)) {
      lines.push(this.#complete(chunk.subarray(start, end), true))
      start = end + 1
      this.#lineStart = byteOffset + start
      if (chunk[start] === lineFeed) start += this.#skipEmpty(chunk.subarray(start), byteOffset + start)
    }
    this.#carry(chunk.subarray(start))
    return lines
  }

  /** Empty lines are counted, but nobody is told of each: a small body may inflate to a thousand million of them. */
  #skipEmpty(chunk: Buffer, byteOffset: number): number {
    if (this.#carriedLength > 0) return 0
    let skipped = 0
    while (chunk[skipped] === lineFeed) skipped += 1
    this.#lineNumber += skipped
    if (skipped > 0) this.#lineStart = byteOffset + skipped
    return skipped
  }

  finish(): Line | undefined {
    return this.#carriedLength === 0 ? undefined : this.#complete(Buffer.alloc(0), false)
  }

  #complete(tail: Buffer, isTerminated: boolean): Line {
    const length = this.#carriedLength + tail.length
    const whole = this.#carried.length === 0 ? tail : Buffer.concat([...this.#carried, tail])
    // Of a line that is too long only its head was carried, so its last byte says nothing.
    const isWhole = whole.length === length
    const bytes = isTerminated && isWhole && whole.at(-1) === carriageReturn ? whole.subarray(0, -1) : whole
    const isTooLong = !isWhole || bytes.length > this.#maxLineBytes
    const line: Line = {
      bytes: bytes.subarray(0, this.#maxLineBytes),
      line: this.#lineNumber,
      byteOffset: this.#lineStart ?? 0,
      isTooLong,
    }
    this.#lineNumber += 1
    this.#carried = []
    this.#carriedLength = 0
    return line
  }

  /** Keeps one byte more than a line may have (a CR), however long the line goes on. */
  #carry(rest: Buffer): void {
    if (rest.length === 0) return
    const kept = Math.min(this.#carriedLength, this.#maxLineBytes + 1)
    const room = this.#maxLineBytes + 1 - kept
    // Copied: a stream may reuse its chunk, and a short rest must not keep a large chunk alive.
    if (room > 0) this.#carried.push(Buffer.from(rest.subarray(0, room)))
    this.#carriedLength += rest.length
  }
}

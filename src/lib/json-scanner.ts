import { isUtf8 } from 'node:buffer'
import { backslash, closeBrace, closeBracket, colon, comma, openBrace, openBracket, quote } from './json-bytes.ts'
import { type JsonEvent, JsonSplitError, type JsonSplitterOptions, type OpenContainer } from './json-piece.ts'

const byteOrderMark = [0xef, 0xbb, 0xbf]

interface Frame {
  readonly container: OpenContainer
  /** Children met so far. */
  count: number
  name: string | undefined
}

type Expected = 'value' | 'first-value' | 'name' | 'first-name' | 'colon' | 'comma' | 'end'
type Capture = 'none' | 'string' | 'scalar' | 'container'

/** The state of `splitJson` between two chunks. */
export class JsonScanner {
  readonly #options: JsonSplitterOptions
  readonly #frames: Frame[] = []
  #expected: Expected = 'value'
  #events: JsonEvent[] = []
  #base = 0
  #capture: Capture = 'none'
  #captureOffset = 0
  #depth = 0
  #isInString = false
  #isEscaped = false
  #parts: Buffer[] = []
  #partsLength = 0

  constructor(options: JsonSplitterOptions) {
    this.#options = options
  }

  push(chunk: Buffer): JsonEvent[] {
    this.advance(chunk, 0)
    return this.takeEvents()
  }

  /** Reads on from `start`, to the end of the chunk or to where what was found must be taken first; tells where. */
  advance(chunk: Buffer, start: number): number {
    let at = start
    let captureStart = 0
    while (at < chunk.length) {
      if (this.#capture === 'none') {
        if (this.#mustBeTaken) return at
        at = this.#structural(chunk, at)
        captureStart = this.#captureOffset - this.#base
        continue
      }
      const end = this.#endOfCapture(chunk, at)
      if (end === -1) break
      this.#finishCapture(chunk.subarray(captureStart, end))
      at = end
    }
    if (this.#capture !== 'none') this.#keep(chunk.subarray(captureStart))
    this.#base += chunk.length
    return chunk.length
  }

  finish(): JsonEvent[] {
    // A number at the root ends with the input; anything else that is open was cut off.
    if (this.#capture === 'scalar' && this.#frames.length === 0) this.#finishCapture(Buffer.alloc(0))
    if (this.#capture !== 'none' || this.#expected !== 'end') {
      throw new JsonSplitError('the JSON text ends before it is complete', this.#base)
    }
    return this.takeEvents()
  }

  get #mustBeTaken(): boolean {
    return this.#events.length > 0 && this.#options.readInPlace !== undefined
  }

  /** What was found and not handed out yet: where the text breaks, that is what stood before the break. */
  takeEvents(): JsonEvent[] {
    const events = this.#events
    this.#events = []
    return events
  }

  /** Reads one byte between values; returns where reading goes on. */
  #structural(chunk: Buffer, at: number): number {
    const byte = chunk[at] ?? 0
    if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) return at + 1
    if (this.#base + at < byteOrderMark.length && byte === byteOrderMark[this.#base + at]) return at + 1
    const offset = this.#base + at
    switch (this.#expected) {
      case 'value':
      case 'first-value':
        if (byte === closeBracket && this.#expected === 'first-value') return this.#close(at)
        return this.#beginValue(chunk, at)
      case 'name':
      case 'first-name':
        if (byte === closeBrace && this.#expected === 'first-name') return this.#close(at)
        if (byte !== quote) throw new JsonSplitError('a member name was expected', offset)
        return this.#begin('string', at)
      case 'colon':
        if (byte !== colon) throw new JsonSplitError('":" was expected', offset)
        this.#expected = 'value'
        return at + 1
      case 'comma':
        return this.#afterChild(byte, at)
      case 'end':
        throw new JsonSplitError('the JSON text goes on after its end', offset)
    }
  }

  #afterChild(byte: number, at: number): number {
    const isArray = this.#frames.at(-1)?.container.kind === 'array'
    if (byte === (isArray ? closeBracket : closeBrace)) return this.#close(at)
    if (byte !== comma) throw new JsonSplitError(`"," or "${isArray ? ']' : '}'}" was expected`, this.#base + at)
    this.#expected = isArray ? 'value' : 'name'
    return at + 1
  }

  #beginValue(chunk: Buffer, at: number): number {
    const byte = chunk[at] ?? 0
    const end = byte === openBrace ? this.#readInPlace(chunk, at) : -1
    if (end !== -1) return end
    if (byte === quote) return this.#begin('string', at)
    if (byte === openBracket || byte === openBrace) return this.#beginContainer(byte === openBracket, at)
    // The first byte of a number or a word; whether it is one is seen when the piece is parsed.
    if (byte === closeBracket || byte === closeBrace || byte === comma || byte === colon) {
      throw new JsonSplitError('a value was expected', this.#base + at)
    }
    return this.#begin('scalar', at)
  }

  #readInPlace(chunk: Buffer, at: number): number {
    const container = this.#frames.at(-1)?.container
    if (container?.kind !== 'array' || !this.#options.readInPlace) return -1
    const end = this.#options.readInPlace(container, chunk, at)
    if (end !== -1) this.#endChild()
    return end
  }

  #beginContainer(isArray: boolean, at: number): number {
    const kind = isArray ? 'array' : 'object'
    const path = this.#pathOfNext()
    if (!this.#options.opens(path, kind)) return this.#begin('container', at)
    const container: OpenContainer = { kind, path }
    this.#events.push({ kind: 'open', container, byteOffset: this.#base + at })
    this.#frames.push({ container, count: 0, name: undefined })
    this.#expected = isArray ? 'first-value' : 'first-name'
    return at + 1
  }

  #begin(capture: Capture, at: number): number {
    this.#capture = capture
    this.#captureOffset = this.#base + at
    this.#depth = 0
    this.#isInString = false
    this.#isEscaped = false
    // A string's opening quote must not be taken for its closing one.
    if (capture === 'string') {
      this.#isInString = true
      return at + 1
    }
    return at
  }

  #endOfCapture(chunk: Buffer, at: number): number {
    return this.#capture === 'scalar' ? endOfScalar(chunk, at) : this.#endOfNested(chunk, at)
  }

  /** The hot loop: local variables, one byte at a time, no allocation. */
  #endOfNested(chunk: Buffer, from: number): number {
    let depth = this.#depth
    let isInString = this.#isInString
    let isEscaped = this.#isEscaped
    const length = chunk.length
    for (let at = from; at < length; at += 1) {
      const byte = chunk[at]
      if (isInString) {
        if (isEscaped) isEscaped = false
        else if (byte === backslash) isEscaped = true
        else if (byte === quote) {
          isInString = false
          if (depth === 0) return at + 1
        }
      } else if (byte === quote) isInString = true
      else if (byte === openBrace || byte === openBracket) depth += 1
      else if (byte === closeBrace || byte === closeBracket) {
        depth -= 1
        if (depth === 0) return at + 1
      }
    }
    this.#depth = depth
    this.#isInString = isInString
    this.#isEscaped = isEscaped
    return -1
  }

  #keep(part: Buffer): void {
    const room = Math.max(this.#options.maxPieceBytes - this.#partsLength, 0)
    this.#partsLength += part.length
    this.#refuseTooLong(this.#partsLength)
    // Copied: a stream may reuse its chunk.
    if (room > 0) this.#parts.push(Buffer.from(part.subarray(0, room)))
  }

  #refuseTooLong(length: number): void {
    const { maxPieceBytes, keepsBadPieces } = this.#options
    if (length <= maxPieceBytes || keepsBadPieces) return
    throw new JsonSplitError(`one value has more than ${maxPieceBytes} bytes`, this.#captureOffset, 'too-long')
  }

  #finishCapture(tail: Buffer): void {
    const length = this.#partsLength + tail.length
    this.#refuseTooLong(length)
    const whole = this.#parts.length === 0 ? tail : Buffer.concat([...this.#parts, tail])
    const isTooLong = length > this.#options.maxPieceBytes
    const bytes = isTooLong ? whole.subarray(0, this.#options.maxPieceBytes) : whole
    this.#parts = []
    this.#partsLength = 0
    this.#capture = 'none'
    if (!this.#options.keepsBadPieces && !isUtf8(bytes)) {
      throw new JsonSplitError('the JSON text is not UTF-8', this.#captureOffset)
    }
    if (this.#expected === 'name' || this.#expected === 'first-name') this.#nameNext(bytes)
    else this.#tell(bytes, isTooLong)
  }

  #nameNext(bytes: Buffer): void {
    const frame = this.#frames.at(-1)
    if (frame) frame.name = parseName(bytes, this.#captureOffset)
    this.#expected = 'colon'
  }

  #tell(bytes: Buffer, isTooLong: boolean): void {
    const frame = this.#frames.at(-1)
    const place = { container: frame?.container, key: frame && keyOf(frame), byteOffset: this.#captureOffset }
    this.#events.push({ kind: 'value', ...place, bytes, ...(isTooLong && { isTooLong }) })
    this.#endChild()
  }

  #close(at: number): number {
    this.#frames.pop()
    this.#endChild()
    return at + 1
  }

  #endChild(): void {
    const frame = this.#frames.at(-1)
    if (frame) frame.count += 1
    this.#expected = frame ? 'comma' : 'end'
  }

  #pathOfNext(): (string | number)[] {
    const frame = this.#frames.at(-1)
    return frame ? [...frame.container.path, keyOf(frame)] : []
  }
}

function keyOf(frame: Frame): string | number {
  return frame.container.kind === 'array' ? frame.count : (frame.name ?? '')
}

function parseName(bytes: Buffer, byteOffset: number): string {
  try {
    return String(JSON.parse(bytes.toString('utf8')))
  } catch (cause) {
    throw new JsonSplitError(`a member name is malformed: ${String(cause)}`, byteOffset)
  }
}

function endOfScalar(chunk: Buffer, from: number): number {
  for (let at = from; at < chunk.length; at += 1) {
    const byte = chunk[at] ?? 0
    if (byte <= 0x20 || byte === comma || byte === closeBracket || byte === closeBrace || byte === colon) return at
  }
  return -1
}

/** Of the frame's own fields: so many bytes to be looked at, or only to be passed over. */
interface Stretch {
  readonly length: number
  readonly isPassedOver: boolean
}

/**
 * Finds where a zstd frame ends while its bytes go by (RFC 8878, 3.1.1), without inflating any of it. Node's compressors put
 * another frame, an empty one, behind the frame that ends exactly where their output buffer does, and a reader that takes one
 * frame alone would refuse the whole.
 */
export class FrameEnd {
  readonly #stretches = stretchesOfFrame()
  #stretch: Stretch | undefined
  #done = 0
  #seen: Buffer[] = []

  constructor() {
    this.#begin(this.#stretches.next())
  }

  get isReached(): boolean {
    return this.#stretch === undefined
  }

  /** How many of the next bytes are the frame's. */
  advance(bytes: Buffer): number {
    let at = 0
    while (this.#stretch !== undefined && at < bytes.byteLength) {
      const part = bytes.subarray(at, at + this.#stretch.length - this.#done)
      if (!this.#stretch.isPassedOver) this.#seen.push(part)
      this.#done += part.byteLength
      at += part.byteLength
      if (this.#done === this.#stretch.length) this.#begin(this.#stretches.next(Buffer.concat(this.#seen)))
    }
    return at
  }

  /** The next that has any length. */
  #begin(next: IteratorResult<Stretch, void>): void {
    this.#seen = []
    this.#done = 0
    this.#stretch = next.done ? undefined : next.value
    if (this.#stretch?.length === 0) this.#begin(this.#stretches.next(Buffer.alloc(0)))
  }
}

const [repeatedByte, checksumFlag, singleSegmentFlag] = [1, 0x04, 0x20]

function* stretchesOfFrame(): Generator<Stretch, void, Buffer> {
  const magicAndDescriptor = yield { length: 5, isPassedOver: false }
  const descriptor = magicAndDescriptor.readUInt8(4)
  yield { length: restOfHeader(descriptor), isPassedOver: true }
  for (let isLast = false; !isLast; ) {
    const header = (yield { length: 3, isPassedOver: false }).readUIntLE(0, 3)
    isLast = (header & 1) === 1
    const isRepeatedByte = ((header >>> 1) & 3) === repeatedByte
    yield { length: isRepeatedByte ? 1 : header >>> 3, isPassedOver: true }
  }
  if (descriptor & checksumFlag) yield { length: 4, isPassedOver: true }
}

/** Window, dictionary and length of the content, as far as the descriptor says that they are there. */
function restOfHeader(descriptor: number): number {
  const isSingleSegment = (descriptor & singleSegmentFlag) !== 0
  const dictionary = [0, 1, 2, 4][descriptor & 3] ?? 0
  const contentLength = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >>> 6] ?? 0
  return (isSingleSegment ? 0 : 1) + dictionary + contentLength
}

/** Takes bytes from a stream in the lengths that a format asks for, however the stream cuts them. */
export class ByteReader {
  readonly #chunks: AsyncIterator<Uint8Array>
  #rest: Buffer = Buffer.alloc(0)

  constructor(stream: AsyncIterable<Uint8Array>) {
    this.#chunks = stream[Symbol.asyncIterator]()
  }

  /** At least one byte and at most so many, as they come; none at the end of the stream. */
  async some(maxBytes: number): Promise<Buffer> {
    while (this.#rest.byteLength === 0) {
      const next = await this.#chunks.next()
      if (next.done === true) return this.#rest
      this.#rest = Buffer.from(next.value.buffer, next.value.byteOffset, next.value.byteLength)
    }
    const taken = this.#rest.subarray(0, maxBytes)
    this.#rest = this.#rest.subarray(taken.byteLength)
    return taken
  }

  /** So many bytes, or fewer when the stream ends before. */
  async upTo(length: number): Promise<Buffer> {
    const first = await this.some(length)
    if (first.byteLength === length) return first
    const pieces = [first]
    for (let missing = length - first.byteLength; missing > 0; ) {
      const piece = await this.some(missing)
      if (piece.byteLength === 0) break
      pieces.push(piece)
      missing -= piece.byteLength
    }
    return Buffer.concat(pieces)
  }

  async close(): Promise<void> {
    await this.#chunks.return?.()
  }
}

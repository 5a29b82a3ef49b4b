import { createHash } from 'node:crypto'
import { type Digest, digestFromHex } from '../identifiers/digest.ts'

/** A body that is hashed while it is read: the digest is over the decompressed bytes, whatever encoding brought them. */
export class DigestedBody implements AsyncIterable<Buffer> {
  readonly #chunks: AsyncIterable<Buffer>
  readonly #hash = createHash('sha256')

  constructor(chunks: AsyncIterable<Buffer>) {
    this.#chunks = chunks
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    for await (const chunk of this.#chunks) {
      this.#hash.update(chunk)
      yield chunk
    }
  }

  /** To be asked once, after everything was read. */
  digest(): Digest {
    return digestFromHex(this.#hash.digest('hex'))
  }
}

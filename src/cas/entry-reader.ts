import type { ByteReader } from './byte-reader.ts'
import { CasError } from './cas-errors.ts'
import { blockLength, endOfArchive, paddingOf, readHeader, type UstarHeader } from './ustar.ts'

/** Undefined at the end, which must also be the end of the stream. */
export async function nextHeader(tar: ByteReader): Promise<UstarHeader | undefined> {
  const block = await tar.upTo(blockLength)
  const header = block.byteLength === blockLength ? readHeader(block) : undefined
  if (header) return header
  const last = Buffer.concat([block, await tar.upTo(blockLength), await tar.some(1)])
  if (!last.equals(endOfArchive)) throw corrupt('the archive has something other than plain files, or ends early')
  return undefined
}

/** Hands out the content of one entry, and passes over what was left of it. */
export class EntryReader {
  readonly #tar: ByteReader
  readonly #padding: number
  #left: number

  constructor(tar: ByteReader, size: number) {
    this.#tar = tar
    this.#left = size
    this.#padding = paddingOf(size)
  }

  async *rest(): AsyncGenerator<Buffer> {
    while (this.#left > 0) {
      const piece = await this.#tar.some(this.#left)
      if (piece.byteLength === 0) throw corrupt('the archive ends within an entry')
      this.#left -= piece.byteLength
      yield piece
    }
  }

  async skip(): Promise<void> {
    for await (const _ of this.rest());
    const padding = await this.#tar.upTo(this.#padding)
    if (!padding.equals(Buffer.alloc(this.#padding))) throw corrupt('the archive has something between its entries')
  }
}

function corrupt(message: string): CasError {
  return new CasError('CAS_CORRUPT', message)
}

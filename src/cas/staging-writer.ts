import { createHash } from 'node:crypto'
import { type FileHandle, rm } from 'node:fs/promises'
import type { Writable } from 'node:stream'
import { finished, pipeline } from 'node:stream/promises'
import { digestFromHex } from '../identifiers/digest.ts'
import { casUnavailable } from './cas-errors.ts'
import { FrameEnd } from './frame-end.ts'
import type { StagedBlob } from './staged-blob.ts'
import { createFrameCompressor, trailerOf } from './stored-form.ts'

const blockLength = 256 * 1024

/**
 * Hashes, compresses and writes what it is given, one write at a time: while one block is compressed and written the next is
 * filled and hashed. The bytes are cut into blocks of its own, so that a
 * line at a time costs no more than a megabyte at a time, and compressed output does not depend on how callers cut theirs.
 */
export class StagingWriter {
  readonly #path: string
  readonly #encoding: StagedBlob['encoding']
  readonly #file: Writable
  readonly #entrance: Writable
  readonly #flow: Promise<void>
  readonly #hash = createHash('sha256')
  #block = Buffer.allocUnsafe(blockLength)
  #spare: Buffer<ArrayBuffer> | undefined
  #writing = Promise.resolve()
  #filled = 0
  #contentLength = 0
  #storedLength = 0
  #state: 'open' | 'finished' | 'aborted' = 'open'
  #giveUpWrite: (error: unknown) => void = () => undefined

  constructor(handle: FileHandle, path: string, encoding: StagedBlob['encoding']) {
    this.#path = path
    this.#encoding = encoding
    this.#file = handle.createWriteStream()
    if (encoding === 'zstd') {
      const compressor = createFrameCompressor()
      this.#entrance = compressor
      this.#flow = pipeline(compressor, (compressed) => this.#frameAndTrailer(compressed), this.#file)
    } else {
      this.#entrance = this.#file
      this.#flow = finished(this.#file)
    }
    // A compressor that is destroyed while it waits for the file never calls back: the write is told from here instead.
    this.#flow.catch((error: unknown) => this.#giveUpWrite(error))
  }

  /** Resolves when there is room for more. The chunk is copied: the caller may use its memory again. */
  async write(chunk: Uint8Array): Promise<void> {
    if (this.#state !== 'open') throw new TypeError(`this writer is ${this.#state}`)
    for (let offset = 0; offset < chunk.byteLength; ) {
      const part = chunk.subarray(offset, offset + blockLength - this.#filled)
      this.#block.set(part, this.#filled)
      this.#filled += part.byteLength
      offset += part.byteLength
      if (this.#filled === blockLength) await this.#flush()
    }
  }

  async finish(): Promise<StagedBlob> {
    if (this.#state !== 'open') throw new TypeError(`this writer is ${this.#state}`)
    try {
      await this.#flush()
      await this.#writing
      this.#entrance.end()
      await this.#flow
    } catch (error) {
      await this.abort()
      throw casUnavailable(error, 'staging content')
    }
    this.#state = 'finished'
    return stagedFile(this.#path, {
      encoding: this.#encoding,
      digest: digestFromHex(this.#hash.digest('hex')),
      contentLength: this.#contentLength,
      storedLength: this.#encoding === 'zstd' ? this.#storedLength : this.#contentLength,
    })
  }

  /** Leaves no file behind. Idempotent; after `finish` it does nothing, since the staged blob has an owner then. */
  async abort(): Promise<void> {
    if (this.#state === 'finished') return
    this.#state = 'aborted'
    this.#entrance.destroy()
    await this.#flow.catch(() => undefined)
    await rm(this.#path, { force: true })
  }

  async #flush(): Promise<void> {
    const content = this.#block.subarray(0, this.#filled)
    if (content.byteLength === 0) return
    this.#contentLength += content.byteLength
    this.#hash.update(content)
    await this.#writing
    this.#writing = this.#written(content)
    // Whoever writes next, or finishes, is told.
    this.#writing.catch(() => undefined)
    const free = this.#spare ?? Buffer.allocUnsafe(blockLength)
    this.#spare = this.#block
    this.#block = free
    this.#filled = 0
  }

  /** The callback of a write comes when the stream has taken the block in: that is the back-pressure. */
  async #written(block: Buffer): Promise<void> {
    try {
      await new Promise<void>((resolve, reject) => {
        this.#giveUpWrite = reject
        this.#entrance.write(block, (error) => (error ? reject(error) : resolve()))
      })
    } catch (error) {
      // The flow knows why; the write itself often only knows that the stream is gone.
      throw casUnavailable(
        await this.#flow.then(
          () => error,
          (cause: unknown) => cause,
        ),
        'staging content',
      )
    }
  }

  async *#frameAndTrailer(compressed: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    const end = new FrameEnd()
    let frameLength = 0
    for await (const chunk of compressed) {
      const ofFrame = end.advance(chunk)
      frameLength += ofFrame
      if (ofFrame > 0) yield chunk.subarray(0, ofFrame)
    }
    const trailer = trailerOf({ contentLength: this.#contentLength, frameLength })
    this.#storedLength = frameLength + trailer.byteLength
    yield trailer
  }
}

/** A file that is complete, as the staged blob that removes it. */
export function stagedFile(path: string, facts: Omit<StagedBlob, 'path' | 'discard'>): StagedBlob {
  return { path, ...facts, discard: () => rm(path, { force: true }) }
}

import type { StagedBlob } from '../cas/staged-blob.ts'
import type { Staging } from '../cas/staging.ts'
import type { StagingWriter } from '../cas/staging-writer.ts'
import type { KeptEvent } from './runtime-event.ts'

const maxBytesInMemory = 1024 * 1024

/** The accepted events of a batch, one compact line each, in the order received: in memory while small, on disk beyond. */
export class EventSpool implements AsyncDisposable {
  readonly #staging: Pick<Staging, 'writer'>
  #chunks: Buffer[] = []
  #bytesInMemory = 0
  #writer: StagingWriter | undefined
  #blob: StagedBlob | undefined

  constructor(staging: Pick<Staging, 'writer'>) {
    this.#staging = staging
  }

  async append(kept: readonly KeptEvent[]): Promise<void> {
    if (kept.length === 0) return
    const lines = kept.map(({ event, line }) => `${line ?? JSON.stringify(event)}\n`)
    const chunk = Buffer.from(lines.join(''), 'utf8')
    if (this.#writer) return await this.#writer.write(chunk)
    this.#chunks.push(chunk)
    this.#bytesInMemory += chunk.byteLength
    if (this.#bytesInMemory > maxBytesInMemory) await this.#spill()
  }

  /** Everything appended. No more can be appended afterwards; the spool still has to be disposed. */
  async finish(): Promise<Uint8Array | StagedBlob> {
    if (!this.#writer) return Buffer.concat(this.#chunks)
    const blob = await this.#writer.finish()
    this.#blob = blob
    this.#writer = undefined
    return blob
  }

  /** Leaves no file behind, whatever became of the batch. */
  async [Symbol.asyncDispose](): Promise<void> {
    const [writer, blob] = [this.#writer, this.#blob]
    this.#writer = undefined
    this.#blob = undefined
    await writer?.abort()
    await blob?.discard()
  }

  async #spill(): Promise<void> {
    this.#writer = await this.#staging.writer('identity')
    for (const chunk of this.#chunks) await this.#writer.write(chunk)
    this.#chunks = []
  }
}

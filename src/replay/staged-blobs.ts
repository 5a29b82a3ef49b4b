import { readFile } from 'node:fs/promises'
import type { StagedBlob } from '../cas/staged-blob.ts'
import type { Staging } from '../cas/staging.ts'
import type { BlobAccess } from '../facts/blob-access.ts'
import { type Digest, sha256Of } from '../identifiers/digest.ts'

/** What a replay computes, in temporary files: there is no store behind it, so nothing can be read that was not computed. */
export class StagedBlobs implements BlobAccess, AsyncDisposable {
  readonly #staging: Staging
  readonly #blobs = new Map<Digest, StagedBlob>()

  constructor(staging: Staging) {
    this.#staging = staging
  }

  readonly putBlob = async (bytes: Uint8Array): Promise<Digest> => {
    const digest = sha256Of(bytes)
    if (!this.#blobs.has(digest)) this.#blobs.set(digest, await this.#staging.stage(bytes, 'identity'))
    return digest
  }

  readonly readBlob = async (digest: Digest): Promise<Buffer> => {
    const blob = this.#blobs.get(digest)
    if (!blob) throw new TypeError(`a replay asked for ${digest}, which it never computed`)
    return await readFile(blob.path)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#blobs.values()].map((blob) => blob.discard()))
    this.#blobs.clear()
  }
}

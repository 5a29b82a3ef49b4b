import type { Digest } from '../identifiers/digest.ts'

/**
 * Bytes on local disk that are not content yet: written, hashed and compressed, but in no store. A refused request
 * discards them, and nothing is left behind.
 */
export interface StagedBlob {
  readonly path: string
  readonly encoding: 'zstd' | 'identity'
  /** SHA-256 and length of the bytes before compression: what identifies them. */
  readonly digest: Digest
  readonly contentLength: number
  readonly storedLength: number
  /** Removes the file. Idempotent. */
  discard(): Promise<void>
}

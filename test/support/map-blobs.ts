import type { BlobAccess } from '../../src/facts/blob-access.ts'
import { type Digest, sha256Of } from '../../src/identifiers/digest.ts'

export interface MapBlobs extends BlobAccess {
  readonly blobs: Map<Digest, Buffer>
  /** How often each way was used, since last asked. */
  takeCounts(): { reads: number; puts: number }
}

/** One tenant's content in memory. */
export function mapBlobs(): MapBlobs {
  const blobs = new Map<Digest, Buffer>()
  let counts = { reads: 0, puts: 0 }
  return {
    blobs,
    readBlob: async (digest) => {
      counts.reads++
      const bytes = blobs.get(digest)
      if (!bytes) throw new Error(`nobody put ${digest}`)
      return bytes
    },
    putBlob: async (bytes) => {
      counts.puts++
      const digest = sha256Of(bytes)
      blobs.set(digest, Buffer.from(bytes))
      return digest
    },
    takeCounts: () => {
      const taken = counts
      counts = { reads: 0, puts: 0 }
      return taken
    },
  }
}

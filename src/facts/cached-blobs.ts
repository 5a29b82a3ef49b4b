import { LRUCache } from 'lru-cache'
import type { Digest } from '../identifiers/digest.ts'
import type { Tenant } from '../identifiers/tenant.ts'
import type { BlobAccess } from './blob-access.ts'

/** Chunks beyond this are rare, and one of them would push out hundreds of others. */
const maxBlobBytes = 1024 * 1024

/** By tenant and digest: how fast a read is must not tell one tenant what another holds. */
export type BlobCache = LRUCache<`${Tenant}/${Digest}`, Buffer>

export function blobCache({ maxBytes }: { readonly maxBytes: number }): BlobCache {
  return new LRUCache({ maxSize: maxBytes, sizeCalculation: ({ byteLength }) => Math.max(1, byteLength) })
}

/**
 * The next fold of a subject reads the chunks that the last one wrote: a busy subject is folded without reading any. Puts go
 * through, also of what is known, since they renew the time of the last put.
 */
export function cachedBlobs(blobs: BlobAccess, { cache, tenant }: { cache: BlobCache; tenant: Tenant }): BlobAccess {
  const keep = (digest: Digest, bytes: Buffer): void => {
    if (bytes.byteLength <= maxBlobBytes) cache.set(`${tenant}/${digest}`, bytes)
  }
  return {
    readBlob: async (digest) => {
      const known = cache.get(`${tenant}/${digest}`)
      if (known) return known
      const bytes = await blobs.readBlob(digest)
      keep(digest, bytes)
      return bytes
    },
    putBlob: async (bytes) => {
      const digest = await blobs.putBlob(bytes)
      keep(digest, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
      return digest
    },
  }
}

import type { Content } from '../cas/content.ts'
import { maxHitsBytes } from '../evidence/symbol-hits.ts'
import type { Digest } from '../identifiers/digest.ts'
import type { Tenant } from '../identifiers/tenant.ts'

/** A tenant's fact bodies and the chunks of their lists. */
export interface BlobAccess {
  readonly readBlob: (digest: Digest) => Promise<Buffer>
  readonly putBlob: (bytes: Uint8Array) => Promise<Digest>
}

export function blobAccess(content: Content, tenant: Tenant): BlobAccess {
  return {
    readBlob: (digest) => content.readBytes(tenant, 'reachability_facts', digest, '.json.zst', maxHitsBytes),
    putBlob: (bytes) => content.putBytes(tenant, 'reachability_facts', bytes, '.json.zst'),
  }
}

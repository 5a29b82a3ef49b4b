import { type Digest, hexOf } from '../identifiers/digest.ts'
import type { Tenant } from '../identifiers/tenant.ts'
import { isKeyText } from './cas-key.ts'
import { type CasKey, type CasNamespace, casNamespaces } from './cas-store.ts'

export type BlobSuffix = '.tar.zst' | '.json.zst' | '.zst'

/** The key of content that is named by its digest: `<hh>/<sha><suffix>`. */
export function blobKey(tenant: Tenant, namespace: CasNamespace, digest: Digest, suffix: BlobSuffix): CasKey {
  const hex = hexOf(digest)
  return { tenant, namespace, key: `${hex.slice(0, 2)}/${hex}${suffix}` }
}

/** `cas://<namespace>/<key>`. It has no tenant: a URI is resolved inside the tenant of whoever asks. */
export function casUri({ namespace, key }: CasKey): string {
  return `cas://${namespace}/${key}`
}

/** Undefined for anything that no put could have made. */
export function parseCasUri(tenant: Tenant, uri: string): CasKey | undefined {
  const match = /^cas:\/\/([a-z_]+)\/(.+)$/s.exec(uri)
  const namespace = casNamespaces.find((known) => known === match?.[1])
  const key = match?.[2]
  return namespace !== undefined && key !== undefined && isKeyText(key) ? { tenant, namespace, key } : undefined
}

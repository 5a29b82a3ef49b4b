import { blobKey } from '../cas/cas-uri.ts'
import type { Content } from '../cas/content.ts'
import type { Digest } from '../identifiers/digest.ts'
import type { Tenant } from '../identifiers/tenant.ts'
import { canonicalBytes } from '../lib/canonical-json.ts'

export interface StoredEntries<Entry> {
  /** Empty when a digest names them. */
  readonly inline: readonly Entry[]
  readonly digest?: Digest
}

const maxInlineEntries = 500
const maxInlineBytes = 64 * 1024

/** Few entries stand in the evidence itself; many as a canonical JSON array in the content store, named by its digest. */
export async function storeEntries<Entry>(
  content: Pick<Content, 'staging' | 'putStaged'>,
  { tenant, entries }: { readonly tenant: Tenant; readonly entries: readonly Entry[] },
): Promise<StoredEntries<Entry>> {
  if (entries.length <= maxInlineEntries && canonicalBytes(entries).byteLength <= maxInlineBytes) {
    return { inline: entries }
  }
  const blob = await content.staging.stage(arrayBytes(entries), 'zstd')
  try {
    await content.putStaged(blobKey(tenant, 'reachability_facts', blob.digest, '.json.zst'), blob)
  } finally {
    await blob.discard()
  }
  return { inline: [], digest: blob.digest }
}

/** The bytes of `canonicalJson(entries)`, one at a time: a million symbols never stand in memory as one text. */
async function* arrayBytes(entries: readonly unknown[]): AsyncGenerator<Uint8Array> {
  for (const [position, entry] of entries.entries()) {
    yield Buffer.concat([position === 0 ? openBracket : comma, canonicalBytes(entry)])
  }
  yield closeBracket
}

const openBracket = Buffer.from('[')
const comma = Buffer.from(',')
const closeBracket = Buffer.from(']')

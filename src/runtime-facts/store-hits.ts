import { blobKey } from '../cas/cas-uri.ts'
import type { Content } from '../cas/content.ts'
import type { RuntimeEvidence, SymbolHits } from '../evidence/evidence.ts'
import type { Tenant } from '../identifiers/tenant.ts'
import { canonicalBytes } from '../lib/canonical-json.ts'

const maxInlineHits = 500
const maxInlineBytes = 64 * 1024

/** Few hits stand in the evidence itself; many as a canonical JSON array in the content store, named by its digest. */
export async function storeHits(
  content: Pick<Content, 'staging' | 'putStaged'>,
  { tenant, hits }: { readonly tenant: Tenant; readonly hits: readonly SymbolHits[] },
): Promise<Pick<RuntimeEvidence, 'hits' | 'hitsDigest'>> {
  if (hits.length <= maxInlineHits && canonicalBytes(hits).byteLength <= maxInlineBytes) return { hits }
  const blob = await content.staging.stage(arrayBytes(hits), 'zstd')
  try {
    await content.putStaged(blobKey(tenant, 'reachability_facts', blob.digest, '.json.zst'), blob)
  } finally {
    await blob.discard()
  }
  return { hits: [], hitsDigest: blob.digest }
}

/** The bytes of `canonicalJson(hits)`, an entry at a time: a million symbols never stand in memory as one text. */
async function* arrayBytes(hits: readonly SymbolHits[]): AsyncGenerator<Uint8Array> {
  for (const [position, entry] of hits.entries()) {
    yield Buffer.concat([position === 0 ? openBracket : comma, canonicalBytes(entry)])
  }
  yield closeBracket
}

const openBracket = Buffer.from('[')
const comma = Buffer.from(',')
const closeBracket = Buffer.from(']')

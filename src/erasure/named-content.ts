import { CasError } from '../cas/cas-errors.ts'
import { blobKey, casUri } from '../cas/cas-uri.ts'
import type { Content } from '../cas/content.ts'
import type { Evidence } from '../evidence/evidence.ts'
import type { FactBody } from '../facts/fact.ts'
import { chunksOfBody, contentOfLedger } from '../facts/fact-content.ts'
import type { FactRow } from '../facts/fact-row.ts'
import type { Digest } from '../identifiers/digest.ts'
import type { Tenant } from '../identifiers/tenant.ts'

/** Content that rows name, by `cas://` URI. */
export interface NamedContent {
  /** Holds the name of its subject or its batch, so that nothing else can name it. */
  readonly own: Set<string>
  /** Named by what it holds alone: another subject may hold the same. */
  readonly shareable: Set<string>
}

export function noContent(): NamedContent {
  return { own: new Set(), shareable: new Set() }
}

type NamingEvidence = Pick<Evidence, 'payload' | 'receipt'>

/** A trace says of which batch it is. */
export function addEvidence(named: NamedContent, tenant: Tenant, { payload, receipt }: NamingEvidence): void {
  if (payload.kind !== 'runtime') return
  const { traceCasUri } = receipt.answer
  if (typeof traceCasUri === 'string') named.own.add(traceCasUri)
  for (const digest of [payload.hitsDigest, payload.contextDigest]) {
    if (digest) named.shareable.add(factUri(tenant, digest))
  }
}

/** A covered body says of which subject it is; its chunks do not. */
export async function addFacts(
  { content }: { readonly content: Pick<Content, 'readBytes'> },
  named: NamedContent,
  { row, digests }: { readonly row: FactRow; readonly digests: Iterable<Digest> },
): Promise<void> {
  const { tenant, ledger, fact, events } = row
  for (const digest of contentOfLedger(ledger)) named.shareable.add(factUri(tenant, digest))
  const all = new Set([...digests, ...events.map((event) => event.digest), ...(fact ? [fact.digest] : [])])
  for (const digest of all) {
    named.own.add(factUri(tenant, digest))
    const body = await bodyOf(content, tenant, digest)
    for (const chunk of body ? chunksOfBody(body) : []) named.shareable.add(factUri(tenant, chunk))
  }
}

/** What is gone, as after an erasure that did not come to its end, or damaged names nothing. */
async function bodyOf(
  content: Pick<Content, 'readBytes'>,
  tenant: Tenant,
  digest: Digest,
): Promise<FactBody | undefined> {
  try {
    // The digest proves the bytes, and the bytes prove the type.
    const bytes = await content.readBytes(tenant, 'reachability_facts', digest, '.json.zst')
    return JSON.parse(bytes.toString('utf8')) as FactBody
  } catch (error) {
    if (error instanceof CasError && (error.code === 'CAS_NOT_FOUND' || error.code === 'CAS_CORRUPT')) return undefined
    throw error
  }
}

function factUri(tenant: Tenant, digest: Digest): string {
  return casUri(blobKey(tenant, 'reachability_facts', digest, '.json.zst'))
}

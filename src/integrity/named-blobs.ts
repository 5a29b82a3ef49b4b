import type { CasKey, CasStore } from '../cas/cas-store.ts'
import { casUri, parseCasUri } from '../cas/cas-uri.ts'
import type { Tenant } from '../identifiers/tenant.ts'
import { boundedMap } from '../lib/bounded-map.ts'
import { type Finding, finding } from './finding.ts'

/** What a row names as its own. */
export interface NamedBlob {
  /** In the row's words: `traceCasUri`. */
  readonly member: string
  readonly key: CasKey
}

export interface NamingRow {
  readonly tenant: Tenant
  readonly where: string
}

/** Enough to hide the time of a disk or a bucket. */
const looksAtOnce = 8

/** Content is stored before the row that names it: what is not there was lost. */
export async function findMissing(
  cas: Pick<CasStore, 'has'>,
  row: NamingRow,
  named: Iterable<NamedBlob>,
): Promise<Finding[]> {
  const missing = await boundedMap(named, looksAtOnce, async ({ member, key }) => {
    if (await cas.has(key)) return undefined
    return finding('missing-blob', { ...row, what: `${member} names content that is not there`, expected: casUri(key) })
  })
  return missing.filter((found) => found !== undefined)
}

/** The key that a URI of a row means, or what is wrong with it. */
export function keyOfUri({ tenant, where }: NamingRow, member: string, uri: unknown): CasKey | Finding {
  const key = typeof uri === 'string' ? parseCasUri(tenant, uri) : undefined
  if (key) return key
  return finding('dangling-reference', { tenant, where, what: `${member} is no CAS URI`, found: String(uri) })
}

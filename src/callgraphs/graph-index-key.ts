import type { CasKey } from '../cas/cas-store.ts'
import { type Digest, hexOf } from '../identifiers/digest.ts'
import type { Tenant } from '../identifiers/tenant.ts'
import { graphIndexFormat } from './build-graph-index.ts'

/** Where a graph's index rests: under its format's version, so that a newer service makes its own beside it. */
export function graphIndexKey(tenant: Tenant, graphHash: Digest): CasKey {
  return { tenant, namespace: 'graph_indexes', key: `v${graphIndexFormat}/${hexOf(graphHash)}` }
}

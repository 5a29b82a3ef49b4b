import type { Tenant } from '../identifiers/tenant.ts'
import type { CallgraphRepository } from './callgraph-repository.ts'
import type { GraphIndexCache } from './graph-index-cache.ts'

export interface NamesInGraph {
  readonly tenant: Tenant
  readonly callgraphId: string
  readonly names: readonly string[]
}

/** How many of the names are no node of the graph, or several: what an observer's receipt tells at once. Undefined without such a graph. */
export async function countUnmatched(
  deps: { readonly callgraphs: CallgraphRepository; readonly indexes: GraphIndexCache },
  { tenant, callgraphId, names }: NamesInGraph,
): Promise<number | undefined> {
  const record = await deps.callgraphs.find(tenant, callgraphId)
  if (!record) return undefined
  const { index } = await deps.indexes.get(record)
  return names.filter((name) => index.resolve(name).kind !== 'node').length
}

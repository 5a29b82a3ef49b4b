import type { Tenant } from '../identifiers/tenant.ts'
import type { CallgraphRepository } from './callgraph-repository.ts'
import type { GraphIndex } from './graph-index.ts'
import type { GraphIndexCache } from './graph-index-cache.ts'

export interface SymbolSample {
  readonly tenant: Tenant
  readonly callgraphId: string
  readonly count: number
}

/** The first symbols that a run of the program would meet; undefined when there is no such graph. */
export async function sampleSymbols(
  deps: { readonly callgraphs: Pick<CallgraphRepository, 'find'>; readonly indexes: GraphIndexCache },
  { tenant, callgraphId, count }: SymbolSample,
): Promise<string[] | undefined> {
  const record = await deps.callgraphs.find(tenant, callgraphId)
  if (!record) return undefined
  const { index } = await deps.indexes.get(record)
  return firstReached(index, count).map((node) => index.idOf(node))
}

/** Breadth-first from the entry points, in ordinal order; where nothing is an entry point, the first nodes of all. */
function firstReached(index: GraphIndex, count: number): number[] {
  const starts = index.entryPoints.length > 0 ? index.entryPoints.map(({ node }) => node) : allNodes(index)
  const reached = new Set<number>()
  for (const node of starts) {
    if (reached.size === count) break
    reached.add(node)
  }
  // A set goes on with what is added to it while it is walked.
  for (const from of reached) {
    for (let slot = index.offsets[from] ?? 0; slot < (index.offsets[from + 1] ?? 0); slot++) {
      if (reached.size === count) return [...reached]
      reached.add(index.targets[slot] ?? from)
    }
  }
  return [...reached]
}

function* allNodes(index: GraphIndex): Generator<number> {
  for (let node = 0; node < index.nodeCount; node++) yield node
}

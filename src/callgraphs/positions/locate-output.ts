import { setImmediate as nextTurn } from 'node:timers/promises'
import type { LocatedOutput, OutputMismatch, ToolOutput, UnmatchedName } from '../../evidence/tool-output.ts'
import type { Tenant } from '../../identifiers/tenant.ts'
import { compareOrdinal } from '../../lib/ordinal.ts'
import type { CallgraphRepository } from '../callgraph-repository.ts'
import type { GraphIndex } from '../graph-index.ts'
import type { GraphIndexCache } from '../graph-index-cache.ts'
import { nearestNames } from '../nearest-names.ts'
import type { PositionCache } from './position-cache.ts'
import type { Located } from './position-table.ts'

export interface LocateOutputDeps {
  readonly callgraphs: Pick<CallgraphRepository, 'find'>
  readonly indexes: Pick<GraphIndexCache, 'get'>
  readonly positions: Pick<PositionCache, 'get'>
}

export interface OutputOfGraph {
  readonly tenant: Tenant
  readonly callgraphId: string
  readonly output: ToolOutput
}

/** Which nodes of a graph a tool's output speaks of; undefined when there is no such graph. */
export async function locateOutput(
  { callgraphs, indexes, positions }: LocateOutputDeps,
  { tenant, callgraphId, output }: OutputOfGraph,
): Promise<LocatedOutput | OutputMismatch | undefined> {
  const record = await callgraphs.find(tenant, callgraphId)
  if (!record) return undefined
  const table = await positions.get(record)
  const { index } = await indexes.get(record)
  const located = table.locate(index, output)
  if (!located) return { graphFormat: record.format, fitting: table.tools }
  return { ...located, ...(await summaryOf(index, located)) }
}

async function summaryOf(index: GraphIndex, { hits }: Located): Promise<Pick<LocatedOutput, 'matched' | 'unmatched'>> {
  const namesOf = (isNode: boolean) =>
    new Set(hits.filter((hit) => hit.isNode === isNode).map(({ symbolId }) => symbolId))
  const unmatched = [...namesOf(false)].sort(compareOrdinal)
  return { matched: namesOf(true).size, unmatched: await suggestions(index, unmatched) }
}

const maxSuggestions = 20

async function suggestions(index: GraphIndex, unmatched: readonly string[]): Promise<UnmatchedName[]> {
  const suggested: UnmatchedName[] = []
  for (const symbolId of unmatched.slice(0, maxSuggestions)) {
    const [nearest] = nearestNames(index, symbolId, 1)
    suggested.push({ symbolId, ...(nearest !== undefined && { nearest }) })
    await nextTurn()
  }
  return suggested
}

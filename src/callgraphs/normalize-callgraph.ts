import type { CallgraphEntryPoint, CallgraphNode, NormalizedCallgraph } from './callgraph.ts'
import type { EdgeColumns } from './edge-columns.ts'
import { type EntryPointRule, settleEntryPoints } from './entry-points.ts'
import { completeNode, mergeMembers, type NodeMembers } from './merge-nodes.ts'
import { edgesByName, sortEdges } from './sorted-edges.ts'
import { rootStripper } from './source-root.ts'

/** All that was told of a graph, by number of its nodes in the order of their first mention. */
export interface GatheredGraph {
  readonly ids: readonly string[]
  readonly numbers: ReadonlyMap<string, number>
  /** Every time it was told; nothing for an end of an edge that is no node of the graph. */
  readonly membersOf: (number: number) => readonly NodeMembers[]
  readonly edges: EdgeColumns
  readonly declared: readonly CallgraphEntryPoint[]
  readonly duplicateNodes: number
  readonly clampedConfidences: number
}

export interface NormalizeOptions {
  readonly language: string
  readonly closedWorld: boolean
  readonly root?: string | undefined
  readonly infer: EntryPointRule
}

/** Merges, completes and sorts, so that equal graphs are equal whatever the order and spelling in which they were told. */
export function normalizeCallgraph(gathered: GatheredGraph, options: NormalizeOptions): NormalizedCallgraph {
  const idsInOrder = gathered.ids.toSorted()
  const numbersInOrder = Uint32Array.from(idsInOrder, (id) => gathered.numbers.get(id) ?? 0)
  const ranks = ranksOf(numbersInOrder)
  const nodes = nodesInOrder(gathered, options, numbersInOrder)
  const sorted = sortEdges(gathered.edges, ranks)
  const callers = callerMarks(gathered.edges, ranks)
  const { infer, language, closedWorld } = options
  return {
    language,
    closedWorld,
    nodes,
    edgeCount: sorted.count,
    edges: () => edgesByName(sorted, idsInOrder),
    edgeAt: (position) => sorted.edgeAt(position),
    hasEvidence: gathered.edges.hasEvidence,
    entryPoints: settleEntryPoints({
      nodes,
      declared: gathered.declared,
      infer,
      hasCaller: (position) => callers[position] === 1,
    }),
    externalCount: nodes.filter((node) => node.kind === 'external').length,
    dropped: {
      duplicateNodes: gathered.duplicateNodes,
      duplicateEdges: gathered.edges.length - sorted.count,
      clampedConfidences: gathered.clampedConfidences,
    },
  }
}

function ranksOf(numbersInOrder: Uint32Array): Uint32Array {
  const ranks = new Uint32Array(numbersInOrder.length)
  for (const [rank, number] of numbersInOrder.entries()) ranks[number] = rank
  return ranks
}

function nodesInOrder(
  gathered: GatheredGraph,
  { language, root }: NormalizeOptions,
  numbersInOrder: Uint32Array,
): CallgraphNode[] {
  const stripRoot = rootStripper(filesOf(gathered), root)
  return Array.from(numbersInOrder, (number) => {
    const several = gathered.membersOf(number)
    const members = several.length === 0 ? { kind: 'external' } : mergeMembers(several, stripRoot)
    return completeNode(gathered.ids[number] ?? '', members, language)
  })
}

function* filesOf({ ids, membersOf }: GatheredGraph): Generator<string> {
  for (const number of ids.keys()) {
    for (const { file } of membersOf(number)) if (file !== undefined) yield file
  }
}

function callerMarks(edges: EdgeColumns, ranks: Uint32Array): Uint8Array {
  const marks = new Uint8Array(ranks.length)
  for (let row = 0; row < edges.length; row += 1) {
    if (edges.from(row) !== edges.to(row)) marks[ranks[edges.to(row)] ?? 0] = 1
  }
  return marks
}

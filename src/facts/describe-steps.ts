import type { CallgraphEdge, CallgraphNode, EntryPointSource } from '../callgraphs/callgraph.ts'
import { findEdges, findNodes } from '../callgraphs/find-records.ts'
import type { GraphIndex } from '../callgraphs/graph-index.ts'
import type { OpenGraph } from '../callgraphs/graph-lines.ts'
import type { SymbolHits } from '../evidence/evidence.ts'
import type { Frontier, FrontierEntry } from '../scoring/frontier.ts'
import type { FrontierDocument, Step } from './question-documents.ts'

/** A graph with what its index does not hold, by the ids of its nodes. */
export interface NamedGraph {
  readonly open: OpenGraph
  readonly index: GraphIndex
  readonly entryPoints: ReadonlyMap<string, EntryPointSource>
  readonly hits: ReadonlyMap<string, SymbolHits>
}

interface ToDescribe {
  readonly paths: readonly (readonly string[])[]
  readonly frontier?: Frontier
}

interface Described {
  readonly paths: readonly Step[][]
  readonly frontier?: FrontierDocument
}

/** Paths node by node and the frontier link by link, with what the graph's archive says of each: read twice, whatever is asked. */
export async function describeSteps(graph: NamedGraph, { paths, frontier }: ToDescribe): Promise<Described> {
  const links = [...paths.flatMap(linksOf), ...(frontier?.entries ?? []).flatMap((entry) => linkIn(graph, entry))]
  const nodes = await findNodes(graph.open, new Set(paths.flat()))
  const edges = strongestByLink(await findEdges(graph.open, byCaller(links)))
  return {
    paths: paths.map((path) =>
      path.map((id, place) =>
        stepOf(graph, { id, node: nodes.get(id), edge: edges.get(linkKey(path[place - 1], id)) }),
      ),
    ),
    ...(frontier && {
      frontier: {
        counts: frontier.counts,
        entries: frontier.entries.map((entry) => frontierEntry(graph, edges, entry)),
      },
    }),
  }
}

interface NamedLink {
  readonly from: string
  readonly to: string
}

function linksOf(path: readonly string[]): NamedLink[] {
  return path.slice(1).map((to, place) => ({ from: path[place] ?? '', to }))
}

function linkIn({ index }: NamedGraph, entry: FrontierEntry): NamedLink[] {
  return 'node' in entry ? [] : [{ from: index.idOf(entry.from), to: index.idOf(entry.to) }]
}

function byCaller(links: readonly NamedLink[]): Map<string, Set<string>> {
  const callees = new Map<string, Set<string>>()
  for (const { from, to } of links) callees.set(from, (callees.get(from) ?? new Set()).add(to))
  return callees
}

function linkKey(from: string | undefined, to: string): string {
  return `${from ?? ''}\0${to}`
}

/** Of several edges between two nodes the most certain; of equal ones the first in the graph's order. */
function strongestByLink(edges: readonly CallgraphEdge[]): Map<string, CallgraphEdge> {
  const strongest = new Map<string, CallgraphEdge>()
  for (const edge of edges) {
    const known = strongest.get(linkKey(edge.from, edge.to))
    if (!known || edge.confidence > known.confidence) strongest.set(linkKey(edge.from, edge.to), edge)
  }
  return strongest
}

interface StepParts {
  readonly id: string
  readonly node: CallgraphNode | undefined
  readonly edge: CallgraphEdge | undefined
}

function stepOf({ entryPoints, hits }: NamedGraph, { id, node, edge }: StepParts): Step {
  const { symbolKey = id, name = id, kind = 'function', namespace, file, line, purl } = node ?? {}
  const entryPoint = entryPoints.get(id)
  const seen = hits.get(id)
  return {
    id,
    symbolKey,
    name,
    kind,
    ...(namespace !== undefined && { namespace }),
    ...(file !== undefined && { file }),
    ...(line !== undefined && { line }),
    ...(purl !== undefined && { purl }),
    ...(entryPoint && { entryPoint }),
    ...(seen && { runtimeHits: runtimeHitsOf(seen) }),
    ...(edge && { edge: callOf(edge) }),
  }
}

function runtimeHitsOf({ hitCount, firstObservedAt, observedAt }: SymbolHits): NonNullable<Step['runtimeHits']> {
  return {
    hitCount,
    ...(firstObservedAt !== undefined && { firstObservedAt }),
    ...(observedAt !== undefined && { observedAt }),
  }
}

const maxPlaces = 20

function callOf({ kind, type, reason, confidence, isResolved, evidence }: CallgraphEdge): NonNullable<Step['edge']> {
  return {
    kind,
    type,
    ...(reason !== undefined && { reason }),
    confidence,
    isResolved,
    ...(evidence && { places: evidence.slice(0, maxPlaces) }),
  }
}

function frontierEntry(
  { index }: NamedGraph,
  edges: ReadonlyMap<string, CallgraphEdge>,
  entry: FrontierEntry,
): FrontierDocument['entries'][number] {
  if ('node' in entry) return { kind: entry.kind, node: index.idOf(entry.node) }
  const from = index.idOf(entry.from)
  const to = index.idOf(entry.to)
  const { candidates, reason } = edges.get(linkKey(from, to)) ?? {}
  return {
    kind: entry.kind,
    from,
    to,
    ...(candidates && { candidates: candidates.slice(0, maxPlaces) }),
    ...(reason !== undefined && { reason }),
  }
}

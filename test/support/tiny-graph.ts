import type { EntryPointSource } from '../../src/callgraphs/callgraph.ts'
import type { GraphIndex, Resolution } from '../../src/callgraphs/graph-index.ts'
import { compareOrdinal } from '../../src/lib/ordinal.ts'

/** A graph in a few words: `a>b` is a link, `a?>b` one whose target was only guessed at. */
export interface TinyGraph {
  readonly edges?: readonly string[]
  /** Nodes without edges. */
  readonly nodes?: readonly string[]
  readonly external?: readonly string[]
  readonly entryPoints?: readonly string[]
  readonly source?: EntryPointSource
  readonly openWorld?: boolean
  /** Further names: name → the nodes that bear it. */
  readonly symbolKeys?: Readonly<Record<string, readonly string[]>>
}

export interface TinyEdge {
  readonly from: string
  readonly to: string
  readonly isUnresolved: boolean
}

export function tinyEdges(graph: TinyGraph): TinyEdge[] {
  return (graph.edges ?? []).map((text) => {
    const [from, to] = text.split(/\??>/)
    if (from === undefined || to === undefined) throw new Error(`no edge: ${text}`)
    return { from, to, isUnresolved: text.includes('?>') }
  })
}

export function tinyNodes(graph: TinyGraph): string[] {
  const named = [...(graph.nodes ?? []), ...(graph.external ?? []), ...(graph.entryPoints ?? [])]
  return [...new Set([...named, ...tinyEdges(graph).flatMap(({ from, to }) => [from, to])])].sort(compareOrdinal)
}

/** A `GraphIndex` made the slow and obvious way. */
export function tinyGraphIndex(graph: TinyGraph): GraphIndex {
  const ids = tinyNodes(graph)
  const nodeOf = new Map(ids.map((id, node) => [id, node]))
  const links = linksOf(graph)
  const offsets = [0]
  const targets: number[] = []
  const unresolved: number[] = []
  for (const id of ids) {
    const own = links.filter(({ from }) => from === id).sort((left, right) => compareOrdinal(left.to, right.to))
    for (const { to, isUnresolved } of own) {
      targets.push(nodeOf.get(to)!)
      unresolved.push(isUnresolved ? 1 : 0)
    }
    offsets.push(targets.length)
  }
  const entryNodes = [...new Set((graph.entryPoints ?? []).map((id) => nodeOf.get(id)!))].sort((a, b) => a - b)
  return {
    closedWorld: graph.openWorld !== true,
    nodeCount: ids.length,
    linkCount: targets.length,
    offsets: Uint32Array.from(offsets),
    targets: Uint32Array.from(targets),
    unresolved: Uint8Array.from(unresolved),
    external: Uint8Array.from(ids.map((id) => ((graph.external ?? []).includes(id) ? 1 : 0))),
    entryPoints: entryNodes.map((node) => ({ node, source: graph.source ?? 'declared' })),
    byteLength: 0,
    idOf: (node) => ids[node]!,
    resolve: (name) => resolveName(graph, nodeOf, name),
  }
}

function linksOf(graph: TinyGraph): TinyEdge[] {
  const links = new Map<string, TinyEdge>()
  for (const edge of tinyEdges(graph)) {
    const key = `${edge.from}>${edge.to}`
    links.set(key, { ...edge, isUnresolved: edge.isUnresolved || links.get(key)?.isUnresolved === true })
  }
  return [...links.values()]
}

function resolveName(graph: TinyGraph, nodeOf: ReadonlyMap<string, number>, name: string): Resolution {
  const node = nodeOf.get(name)
  if (node !== undefined) return { kind: 'node', node }
  const named = (graph.symbolKeys?.[name] ?? []).map((id) => nodeOf.get(id)!)
  if (named.length === 0) return { kind: 'absent' }
  return named.length === 1 ? { kind: 'node', node: named[0]! } : { kind: 'ambiguous' }
}

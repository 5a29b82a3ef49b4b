import type { GraphEvidence, PlacedTarget } from '../../src/scoring/scored-graph.ts'
import type { Link } from '../../src/scoring/search-graph.ts'
import { type TinyGraph, tinyGraphIndex } from './tiny-graph.ts'

/** Evidence about one graph, as `fixtures/scoring/cases.json` writes it. */
export interface TinyEvidence {
  readonly graph: TinyGraph
  readonly hits?: readonly string[]
  readonly watched?: boolean
  readonly blocked?: readonly string[]
}

export function graphEvidenceOf({ graph, hits = [], watched = false, blocked = [] }: TinyEvidence): GraphEvidence {
  const index = tinyGraphIndex(graph)
  const hitNodes = new Uint8Array(index.nodeCount)
  const hitNames = new Set<string>()
  for (const name of hits) {
    const found = index.resolve(name)
    if (found.kind === 'node') hitNodes[found.node] = 1
    else hitNames.add(name)
  }
  const nodeOf = (name: string): number => {
    const found = index.resolve(name)
    if (found.kind !== 'node') throw new Error(`no node: ${name}`)
    return found.node
  }
  const blockedLinks = blocked.map((text): Link => {
    const [from = '', to = ''] = text.split('>')
    return { from: nodeOf(from), to: nodeOf(to) }
  })
  return {
    callgraphId: 'cg-1',
    index,
    entryPoints: index.entryPoints,
    blockedLinks,
    hitNodes,
    hitNames,
    isWatched: watched,
  }
}

export function placedIn({ index }: GraphEvidence, name: string): PlacedTarget {
  const found = index.resolve(name)
  if (found.kind === 'node') return { target: index.idOf(found.node), node: found.node, presence: 'node' }
  return { target: name, presence: found.kind }
}

import type { CallgraphNode, EntryPointSource, NormalizedCallgraph } from './callgraph.ts'
import { strongerSource } from './entry-points.ts'
import { aligned, headerWords, magic, type Sections, sectionNames } from './graph-index-layout.ts'
import { textTable } from './text-table.ts'

/** Goes up with every change of the layout: an index of another format is never opened, but made again. */
export const graphIndexFormat = 1

export const entryPointSources = ['declared', 'inferred', 'guessed'] as const satisfies readonly EntryPointSource[]

/** Encodes a graph for searching; nodes stand in ordinal order already, so their positions are their numbers. */
export function buildGraphIndex(graph: NormalizedCallgraph): Uint8Array<ArrayBuffer> {
  const { keyNodes, keyEnds, keyBytes } = keySections(graph.nodes)
  const { symbolNodes, symbolEnds, symbolBytes } = symbolSections(graph.nodes)
  const ids = textTable(graph.nodes.map(({ id }) => id))
  return encode(graph.closedWorld, {
    ...linkSections(graph),
    external: Uint8Array.from(graph.nodes, (node) => (node.kind === 'external' ? 1 : 0)),
    ...entrySections(graph),
    idEnds: ids.ends,
    idBytes: ids.bytes,
    keyNodes,
    keyEnds,
    keyBytes,
    symbolNodes,
    symbolEnds,
    symbolBytes,
  })
}

/** Edges come in order of (from, to), so like pairs are neighbours: each is told once. */
function linkSections(graph: NormalizedCallgraph) {
  const offsets = new Uint32Array(graph.nodes.length + 1)
  const targets = new Uint32Array(graph.edgeCount)
  const unresolved = new Uint8Array(graph.edgeCount)
  let count = 0
  let lastFrom = -1
  for (let position = 0; position < graph.edgeCount; position += 1) {
    const { from, to, isResolved } = graph.edgeAt(position)
    const isLike = from === lastFrom && count > 0 && targets[count - 1] === to
    if (!isLike) {
      targets[count] = to
      offsets[from + 1] = (offsets[from + 1] ?? 0) + 1
      count += 1
    }
    if (!isResolved) unresolved[count - 1] = 1
    lastFrom = from
  }
  for (let node = 1; node < offsets.length; node += 1) offsets[node] = (offsets[node] ?? 0) + (offsets[node - 1] ?? 0)
  return { offsets, targets: targets.slice(0, count), unresolved: unresolved.slice(0, count) }
}

/** Entry points come in order of their nodes, which come in order of their ids: both are gone through side by side. */
function entrySections(graph: NormalizedCallgraph) {
  const sources = new Map<number, EntryPointSource>()
  let node = 0
  for (const { nodeId, source } of graph.entryPoints) {
    while (node < graph.nodes.length - 1 && graph.nodes[node]?.id !== nodeId) node += 1
    sources.set(node, strongerSource(sources.get(node) ?? source, source))
  }
  return {
    entryNodes: Uint32Array.from(sources.keys()),
    entrySources: Uint8Array.from(sources.values(), (source) => entryPointSources.indexOf(source)),
  }
}

/** Only keys that differ from the id: a name that is an id has been found before keys are asked. */
function keySections(nodes: readonly CallgraphNode[]) {
  const { order, table } = nameTable(nodes, ({ id, symbolKey }) => (symbolKey === id ? undefined : symbolKey))
  return { keyNodes: order, keyEnds: table.ends, keyBytes: table.bytes }
}

function symbolSections(nodes: readonly CallgraphNode[]) {
  const { order, table } = nameTable(nodes, ({ id, symbolId }) => (symbolId === id ? undefined : symbolId))
  return { symbolNodes: order, symbolEnds: table.ends, symbolBytes: table.bytes }
}

/** Names in order, and of one name the nodes in order. Without a comparing function texts are sorted by code units, in half the time. */
function nameTable(nodes: readonly CallgraphNode[], nameOf: (node: CallgraphNode) => string | undefined) {
  const names = nodes.map(nameOf)
  const sorted = names.filter((name) => name !== undefined).sort()
  const places = new Map<string, number>()
  for (const [place, name] of sorted.entries()) if (name !== sorted[place - 1]) places.set(name, place)
  const order = new Uint32Array(sorted.length)
  for (const [node, name] of names.entries()) {
    if (name === undefined) continue
    const place = places.get(name) ?? 0
    order[place] = node
    places.set(name, place + 1)
  }
  return { order, table: textTable(sorted) }
}

function encode(closedWorld: boolean, sections: Sections): Uint8Array<ArrayBuffer> {
  const lengths = sectionNames.map((name) => sections[name].byteLength)
  const total = lengths.reduce((sum, length) => sum + aligned(length), headerWords * 4)
  const encoded = new Uint8Array(total)
  new Uint32Array(encoded.buffer, 0, headerWords).set([magic, graphIndexFormat, closedWorld ? 1 : 0, 0, ...lengths])
  let at = headerWords * 4
  for (const name of sectionNames) {
    const { buffer, byteOffset, byteLength } = sections[name]
    encoded.set(new Uint8Array(buffer, byteOffset, byteLength), at)
    at += aligned(byteLength)
  }
  return encoded
}

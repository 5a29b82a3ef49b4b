import { createHash } from 'node:crypto'
import { canonicalJson } from '../../src/lib/canonical-json.ts'

/** A graph of our own shape in one spelling, as a test makes it. */
export interface PlainGraph {
  readonly nodes: readonly PlainNode[]
  readonly edges: readonly PlainEdge[]
  readonly entryPoints: readonly PlainEntryPoint[]
}

export interface PlainNode {
  readonly id: string
  readonly name?: string | undefined
  readonly namespace?: string | undefined
  readonly kind?: string | undefined
  readonly line?: number | undefined
  readonly isEntryPointCandidate?: boolean | undefined
  readonly attributes?: Readonly<Record<string, string>> | undefined
}

export interface PlainEdge {
  readonly from: string
  readonly to: string
  readonly kind?: string | undefined
  readonly type?: string | undefined
  readonly confidence?: number | undefined
  readonly isResolved?: boolean | undefined
  readonly reason?: string | undefined
  readonly candidates?: readonly string[] | undefined
}

export interface PlainEntryPoint {
  readonly nodeId: string
  readonly kind?: string | undefined
  readonly route?: string | undefined
}

type Line = Record<string, unknown>

/** The rules of contracts, 3.1, with maps and sorts and no regard for time or memory: what the real one must agree with. */
export function plainHash(graph: PlainGraph, { language = 'node', closedWorld = false } = {}): string {
  const nodes = nodeLines(graph, language)
  const edges = edgeLines(graph.edges)
  const lines = [{ closedWorld, schema: 'signals.callgraph.v1' }, ...nodes, ...edges, ...entryLines(graph, nodes)]
  return `sha256:${createHash('sha256')
    .update(lines.map((line) => `${canonicalJson(line)}\n`).join(''))
    .digest('hex')}`
}

function nodeLines(graph: PlainGraph, language: string): Line[] {
  const told = new Map<string, Line>()
  for (const node of graph.nodes) {
    const before: Line = told.get(node.id) ?? {}
    const after: Line = { ...before }
    for (const [member, value] of Object.entries(node)) {
      if (value === undefined || value === false) continue
      const isSmaller = canonicalJson(value) < canonicalJson(before[member] ?? '\uFFFF')
      if (before[member] === undefined || isSmaller) after[member] = value
    }
    told.set(node.id, after)
  }
  const ends = [...graph.edges.flatMap(({ from, to }) => [from, to]), ...graph.entryPoints.map(({ nodeId }) => nodeId)]
  for (const id of ends) if (!told.has(id)) told.set(id, { id, kind: 'external' })
  return [...told.values()].map((node) => completed(node, language)).sort(by(({ id }) => [id]))
}

function completed(node: Line, language: string): Line {
  const name = node['name'] ?? node['id']
  const kind = node['kind'] ?? 'function'
  const joined = [node['namespace'] ?? '', name, kind].join('\0')
  const symbolId = `sym:${language}:${createHash('sha256').update(joined).digest('base64url')}`
  return { ...node, name, kind, language, symbolKey: node['id'], symbolId }
}

function edgeLines(edges: readonly PlainEdge[]): Line[] {
  const byIdentity = Map.groupBy(edges, ({ from, to, kind = 'static', type = 'call' }) =>
    [from, to, kind, type].join('\0'),
  )
  const merged = [...byIdentity.values()].map((same) => {
    const { from, to, kind = 'static', type = 'call' } = same[0]!
    const confidences = same.map(({ confidence = kind === 'heuristic' ? 0.5 : 1 }) =>
      Math.min(1, Math.max(0, confidence)),
    )
    const reasons = same.flatMap(({ reason }) => (reason === undefined ? [] : [reason])).sort()
    const candidates = [...new Set(same.flatMap((edge) => edge.candidates ?? []))].sort()
    return {
      from,
      to,
      kind,
      type,
      confidence: Math.max(...confidences),
      isResolved: same.every(({ isResolved = true }) => isResolved),
      ...(reasons.length > 0 && { reason: reasons[0] }),
      ...(candidates.length > 0 && { candidates }),
    }
  })
  return merged.sort(by(({ from, to, kind, type }: Line) => [from, to, kind, type]))
}

function entryLines(graph: PlainGraph, nodes: readonly Line[]): Line[] {
  if (graph.entryPoints.length > 0) {
    const lines = graph.entryPoints.map(({ kind = 'unknown', ...entry }) => ({ ...entry, kind, source: 'declared' }))
    const distinct = new Map(lines.map((line) => [canonicalJson(line), line]))
    return [...distinct.values()].sort(by(({ nodeId, kind, route }: Line) => [nodeId, kind, route ?? '']))
  }
  const own = nodes.filter(({ kind }) => kind !== 'external')
  const flagged = own.filter((node) => node['isEntryPointCandidate'])
  const chosen = flagged.length > 0 ? flagged : own.filter(({ name }) => name === 'main')
  if (chosen.length > 0) {
    return chosen.map(({ id, name }) => ({
      nodeId: id,
      kind: name === 'main' ? 'main' : 'unknown',
      source: 'inferred',
    }))
  }
  const hasCaller = (id: unknown) => graph.edges.some(({ from, to }) => to === id && from !== id)
  return own.filter(({ id }) => !hasCaller(id)).map(({ id }) => ({ nodeId: id, kind: 'unknown', source: 'guessed' }))
}

function by<Item>(keysOf: (item: Item) => unknown[]) {
  return (left: Item, right: Item): number => {
    const rights = keysOf(right).map(String)
    for (const [position, key] of keysOf(left).map(String).entries()) {
      if (key !== rights[position]) return key < rights[position]! ? -1 : 1
    }
    return 0
  }
}

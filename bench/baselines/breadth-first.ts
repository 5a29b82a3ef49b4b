import type { GraphColumns } from '../support/made-graph.ts'

/** Adjacency as typed arrays: the successors of n are `targets[offsets[n]] … targets[offsets[n + 1] - 1]`. */
export interface Adjacency {
  readonly offsets: Uint32Array
  readonly targets: Uint32Array
}

export function adjacencyOf(nodes: number, { from, to }: GraphColumns): Adjacency {
  const offsets = new Uint32Array(nodes + 1)
  for (const caller of from) offsets[caller + 1] = (offsets[caller + 1] ?? 0) + 1
  for (let node = 0; node < nodes; node++) offsets[node + 1] = (offsets[node + 1] ?? 0) + (offsets[node] ?? 0)
  const next = offsets.slice()
  const targets = new Uint32Array(to.length)
  for (let edge = 0; edge < to.length; edge++) {
    const caller = from[edge] ?? 0
    const slot = next[caller] ?? 0
    targets[slot] = to[edge] ?? 0
    next[caller] = slot + 1
  }
  return { offsets, targets }
}

/** Parents of everything that node 0 reaches, and nothing more: no paths, no judgement, no storage. */
export function searchBreadthFirst({ offsets, targets }: Adjacency): Int32Array {
  const parents = new Int32Array(offsets.length - 1).fill(-1)
  const order = new Uint32Array(offsets.length - 1)
  parents[0] = 0
  let count = 1
  for (let position = 0; position < count; position++) {
    const node = order[position] ?? 0
    const end = offsets[node + 1] ?? 0
    for (let slot = offsets[node] ?? 0; slot < end; slot++) {
      const target = targets[slot] ?? 0
      if (parents[target] !== -1) continue
      parents[target] = node
      order[count++] = target
    }
  }
  return parents
}

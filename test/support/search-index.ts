import type { GraphIndex } from '../../src/callgraphs/graph-index.ts'

/** Breadth-first over an index, as plainly as can be: parents by node, -1 for a start. */
export function searchIndex(index: GraphIndex, starts: readonly number[]): Map<number, number> {
  const parents = new Map(starts.toSorted((left, right) => left - right).map((start) => [start, -1]))
  const queue = [...parents.keys()]
  for (const node of queue) {
    for (const target of index.targets.subarray(index.offsets[node], index.offsets[node + 1])) {
      if (parents.has(target)) continue
      parents.set(target, node)
      queue.push(target)
    }
  }
  return parents
}

export function pathTo(index: GraphIndex, parents: ReadonlyMap<number, number>, target: number): string[] {
  const path: string[] = []
  for (let node: number | undefined = target; node !== undefined && node !== -1; node = parents.get(node)) {
    if (parents.has(node)) path.unshift(index.idOf(node))
  }
  return path
}

export function numberOf(index: GraphIndex, name: string): number {
  const resolution = index.resolve(name)
  if (resolution.kind !== 'node') throw new TypeError(`${name} is ${resolution.kind}`)
  return resolution.node
}

import type { GraphIndex } from './graph-index.ts'

/** The nodes whose ids begin alike stand together: found by halving, and no more of them than asked for. */
export function idsWithPrefix(index: GraphIndex, prefix: string, limit: number): string[] {
  const ids: string[] = []
  for (let node = firstAtLeast(index, prefix); node < index.nodeCount && ids.length < limit; node += 1) {
    const id = index.idOf(node)
    if (!id.startsWith(prefix)) break
    ids.push(id)
  }
  return ids
}

/** Where a name stands, or would stand, among the ids. */
export function firstAtLeast(index: GraphIndex, name: string): number {
  let low = 0
  let high = index.nodeCount
  while (low < high) {
    const middle = (low + high) >>> 1
    if (index.idOf(middle) < name) low = middle + 1
    else high = middle
  }
  return low
}

import type { GraphIndex } from '../graph-index.ts'

/** The id of the one node that a name names. */
export function nodeNamed(index: GraphIndex, name: string): string | undefined {
  const found = index.resolve(name)
  return found.kind === 'node' ? index.idOf(found.node) : undefined
}

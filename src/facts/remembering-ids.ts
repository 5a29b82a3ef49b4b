import type { GraphIndex } from '../callgraphs/graph-index.ts'

/**
 * The same index, for one fold: the paths of 100,000 states name the same nodes again and again. Its obvious twin is the index itself,
 * which decodes an id each time that it is asked.
 */
export function rememberingIds(index: GraphIndex): GraphIndex {
  const ids = Array.from<string | undefined>({ length: index.nodeCount })
  return {
    ...index,
    idOf: (node) => {
      const id = ids[node] ?? index.idOf(node)
      ids[node] = id
      return id
    },
  }
}

import type { GraphIndex } from '../callgraphs/graph-index.ts'

/**
 * The same index, for one fold: the paths of 100,000 states name the same nodes again and again. Its obvious twin is the index itself,
 * which decodes an id each time that it is asked.
 */
export function rememberingIds(index: GraphIndex): GraphIndex {
  const ids = new Map<number, string>()
  return {
    ...index,
    idOf: (node) => {
      const known = ids.get(node)
      if (known !== undefined) return known
      const id = index.idOf(node)
      ids.set(node, id)
      return id
    },
  }
}

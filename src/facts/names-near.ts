import type { GraphIndex } from '../callgraphs/graph-index.ts'
import { nearestNames } from '../callgraphs/nearest-names.ts'

const maxNames = 5

/** What somebody may have meant by a name that is in none of the graphs: in the order of the graphs, each name once. */
export function namesNear(indexes: readonly GraphIndex[], name: string): string[] {
  return [...new Set(indexes.flatMap((index) => nearestNames(index, name, maxNames)))].slice(0, maxNames)
}

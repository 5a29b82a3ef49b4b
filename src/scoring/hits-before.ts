import type { GraphIndex } from '../callgraphs/graph-index.ts'
import type { PathBudget } from './path-budget.ts'
import type { GraphSearch } from './search-graph.ts'

/** Which hit nodes reach a target over links that the search followed: asked of one target at a time, walking backwards. */
export class HitsBefore {
  readonly #hitNodes: Uint8Array
  readonly #callers: Callers
  /** By node: the number of the question that met it last, so that nothing is cleared between questions. */
  readonly #metBy: Uint32Array
  #question = 0

  constructor(index: GraphIndex, search: GraphSearch, hitNodes: Uint8Array) {
    this.#hitNodes = hitNodes
    this.#callers = callersOf(index, search)
    this.#metBy = new Uint32Array(index.nodeCount)
  }

  /** In ordinal order, the target included; undefined when the budget does not allow to look for them. */
  of(target: number, budget: PathBudget): readonly number[] | undefined {
    this.#question += 1
    const hits: number[] = []
    const waiting = [target]
    this.#metBy[target] = this.#question
    for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
      if (this.#hitNodes[node] === 1) hits.push(node)
      const begin = this.#callers.offsets[node] ?? 0
      const end = this.#callers.offsets[node + 1] ?? 0
      if (!budget.step(end - begin + 1)) return undefined
      for (const caller of this.#callers.sources.subarray(begin, end)) {
        if (this.#metBy[caller] === this.#question) continue
        this.#metBy[caller] = this.#question
        waiting.push(caller)
      }
    }
    return hits.sort((one, other) => one - other)
  }
}

/** The callers of node n are `sources[offsets[n]] … sources[offsets[n + 1] - 1]`; only callers that can be reached. */
interface Callers {
  readonly offsets: Uint32Array
  readonly sources: Uint32Array
}

function callersOf(index: GraphIndex, search: GraphSearch): Callers {
  const offsets = new Uint32Array(index.nodeCount + 1)
  for (const { to } of search.followedLinks()) offsets[to + 1] = (offsets[to + 1] ?? 0) + 1
  for (let node = 1; node < offsets.length; node++) offsets[node] = (offsets[node] ?? 0) + (offsets[node - 1] ?? 0)
  const sources = new Uint32Array(offsets[index.nodeCount] ?? 0)
  const next = offsets.slice()
  for (const { from, to } of search.followedLinks()) {
    const slot = next[to] ?? 0
    sources[slot] = from
    next[to] = slot + 1
  }
  return { offsets, sources }
}

/** Nodes that a path shows once the budget is spent: its entry point, and its end. */
export const shortPathNodes = 16

const mostNodes = 10_000_000
const mostCharacters = 64 * 1024 * 1024

/** What the path of one state takes of the budget. */
export interface PathCost {
  readonly nodes: number
  readonly characters: number
}

/** Whether the paths of all states can be told whole: then what is told of one depends on no other. */
export function fitsPathBudget(costs: Iterable<PathCost>): boolean {
  let [nodes, characters] = [0, 0]
  for (const cost of costs) {
    nodes += cost.nodes
    characters += cost.characters
  }
  return nodes <= mostNodes && characters <= mostCharacters
}

/**
 * What the paths of one fact may come to. Paths are told whole; but a chain of a million nodes with thousands of targets
 * on it would be told thousands of times, and neither time nor memory would be enough. Spent in the order of states, so
 * that it is a function of the evidence as well.
 */
export class PathBudget {
  #nodes: number
  #characters: number
  #steps: number

  constructor({ nodes = mostNodes, characters = mostCharacters, steps = 500_000_000 } = {}) {
    this.#nodes = nodes
    this.#characters = characters
    this.#steps = steps
  }

  /** Whether there is still time to look at so many links, in search of hits that a path does not show. */
  step(links: number): boolean {
    this.#steps -= links
    return this.#steps >= 0
  }

  /** How much of a path of so many nodes can be walked. */
  walk(length: number): number {
    const nodes = length <= this.#nodes ? length : Math.min(length, shortPathNodes)
    this.#nodes -= Math.min(nodes, this.#nodes)
    return nodes
  }

  /** Takes ids as long as there is room for them; undefined when they are too many. */
  take(ids: Iterable<string>): string[] | undefined {
    const taken: string[] = []
    let left = this.#characters
    for (const id of ids) {
      left -= id.length
      if (left < 0) return undefined
      taken.push(id)
    }
    this.#characters = left
    return taken
  }
}

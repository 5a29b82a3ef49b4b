import type { GraphIndex } from '../callgraphs/graph-index.ts'

/** A link between two nodes of an index. */
export interface Link {
  readonly from: number
  readonly to: number
}

export interface SearchRequest {
  /** Ascending: ordinal order of ids. */
  readonly entryPoints: readonly number[]
  readonly blockedLinks: readonly Link[]
  /** By node: 1 where no path may pass. */
  readonly avoidedNodes?: Uint8Array
}

export interface FoundPath {
  /** From entry point to target, both included; empty when there is no path. */
  readonly nodes: readonly number[]
  /** Longer than `nodes` where only the entry point and the end of the path are shown. */
  readonly length: number
}

const notReached = -1
const noParent = -2

/**
 * One breadth-first search from all entry points over unblocked links, which answers for every target. Entry points and
 * neighbours are taken in ordinal order and the first found parent stays: so a path is the ordinally smallest id sequence
 * among the shortest.
 */
export function searchGraph(index: GraphIndex, request: SearchRequest): GraphSearch {
  const { entryPoints, blockedLinks, avoidedNodes } = request
  const isBlocked = blockedTest(index, blockedLinks)
  const parents = new Int32Array(index.nodeCount).fill(notReached)
  const depths = new Uint32Array(index.nodeCount)
  const order = new Uint32Array(index.nodeCount)
  let count = 0
  for (const node of entryPoints) {
    if (parents[node] !== notReached || avoidedNodes?.[node] === 1) continue
    parents[node] = noParent
    depths[node] = 1
    order[count++] = node
  }
  for (let position = 0; position < count; position++) {
    const from = at(order, position)
    const end = at(index.offsets, from + 1)
    for (let slot = at(index.offsets, from); slot < end; slot++) {
      const to = at(index.targets, slot)
      if (parents[to] !== notReached || isBlocked(from, to) || avoidedNodes?.[to] === 1) continue
      parents[to] = from
      depths[to] = at(depths, from) + 1
      order[count++] = to
    }
  }
  return new GraphSearch({ index, isBlocked, parents, depths, order: order.subarray(0, count) })
}

interface Found {
  readonly index: GraphIndex
  readonly isBlocked: BlockedTest
  readonly parents: Int32Array
  /** Nodes on the path, by node; 0 where there is none. */
  readonly depths: Uint32Array
  /** Reached nodes, parents before children. */
  readonly order: Uint32Array
}

/** What a search found; asking it changes nothing. */
export class GraphSearch {
  readonly #found: Found

  constructor(found: Found) {
    this.#found = found
  }

  isReached(node: number): boolean {
    return this.lengthTo(node) > 0
  }

  /** Nodes on the path to a node, both ends included; 0 when there is none. */
  lengthTo(node: number): number {
    return at(this.#found.depths, node)
  }

  /** At most `maxNodes` of the path: the entry point, and the end. */
  pathTo(node: number, maxNodes: number): FoundPath {
    const length = this.lengthTo(node)
    const shown = Math.min(length, maxNodes)
    const nodes: number[] = []
    for (let step = node; nodes.length < shown; step = at(this.#found.parents, step)) nodes.push(step)
    if (shown < length) nodes[shown - 1] = at(this.#roots(), node)
    return { nodes: nodes.reverse(), length }
  }

  /** By node: 1 where a marked node stands on the path to it, itself included. */
  spreadAlongPaths(marks: Uint8Array): Uint8Array {
    const spread = new Uint8Array(marks.length)
    if (!marks.includes(1)) return spread
    for (const node of this.#found.order) {
      const parent = at(this.#found.parents, node)
      spread[node] = marks[node] === 1 || (parent >= 0 && spread[parent] === 1) ? 1 : 0
    }
    return spread
  }

  /** By node: what the nodes on the path to it come to, itself included. */
  sumAlongPaths(amountOf: (node: number) => number): Float64Array {
    const { parents, order } = this.#found
    const sums = new Float64Array(parents.length)
    for (const node of order) {
      const parent = at(parents, node)
      sums[node] = amountOf(node) + (parent >= 0 ? (sums[parent] ?? 0) : 0)
    }
    return sums
  }

  /** By node: 1 where it can be reached over a marked node that can be reached itself, whichever path is the shortest. */
  spreadAlongAllPaths(marks: Uint8Array): Uint8Array {
    const { index, order, isBlocked } = this.#found
    const spread = new Uint8Array(index.nodeCount)
    const waiting = Array.from(order).filter((node) => marks[node] === 1)
    for (const node of waiting) spread[node] = 1
    for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
      for (const to of successorsOf(index, node)) {
        if (spread[to] === 1 || isBlocked(node, to)) continue
        spread[to] = 1
        waiting.push(to)
      }
    }
    return spread
  }

  /** Whether code that the graph does not hold, or a call whose target was only guessed at, can be reached. */
  get reachesUnknownCode(): boolean {
    return this.reachedExternals().next().done !== true || this.reachedUnresolvedLinks().next().done !== true
  }

  /** External nodes that can be reached, in ordinal order. */
  *reachedExternals(): Generator<number> {
    for (const node of marked(this.#found.index.external)) if (this.isReached(node)) yield node
  }

  /**
   * Unresolved calls that can be reached, in ordinal order of caller and callee; a blocked call is none. Asked of every fold: to go from mark to
   * mark over a million links takes a twentieth of the time of its obvious twin, `followedLinks` with a question at each.
   */
  *reachedUnresolvedLinks(): Generator<Link> {
    const { offsets, targets, unresolved } = this.#found.index
    let from = 0
    for (const slot of marked(unresolved)) {
      while (at(offsets, from + 1) <= slot) from++
      const to = at(targets, slot)
      if (this.isReached(from) && !this.#found.isBlocked(from, to)) yield { from, to }
    }
  }

  /** Links from nodes that can be reached, in ordinal order of caller and callee; a blocked one is not followed. */
  *followedLinks(): Generator<Link> {
    const { nodeCount, offsets, targets } = this.#found.index
    for (let from = 0; from < nodeCount; from++) {
      if (!this.isReached(from)) continue
      for (const to of targets.subarray(at(offsets, from), at(offsets, from + 1))) {
        if (!this.#found.isBlocked(from, to)) yield { from, to }
      }
    }
  }

  #rootOfNode: Int32Array | undefined

  #roots(): Int32Array {
    if (this.#rootOfNode) return this.#rootOfNode
    const roots = new Int32Array(this.#found.parents.length)
    for (const node of this.#found.order) {
      const parent = at(this.#found.parents, node)
      roots[node] = parent >= 0 ? at(roots, parent) : node
    }
    this.#rootOfNode = roots
    return roots
  }
}

/** Whether the graph has such a link, blocked or not. */
export function hasLink(index: GraphIndex, { from, to }: Link): boolean {
  return successorsOf(index, from).includes(to)
}

function successorsOf({ offsets, targets }: GraphIndex, node: number): Uint32Array {
  return targets.subarray(at(offsets, node), at(offsets, node + 1))
}

/** Positions that are marked with 1, ascending. */
function* marked(marks: Uint8Array): Generator<number> {
  for (let position = marks.indexOf(1); position !== -1; position = marks.indexOf(1, position + 1)) yield position
}

export type BlockedTest = (from: number, to: number) => boolean

function blockedTest(index: GraphIndex, links: readonly Link[]): BlockedTest {
  if (links.length === 0) return () => false
  // Both ends in one number: 2,000,000 nodes squared is far below 2^53.
  const blocked = new Set(links.map(({ from, to }) => from * index.nodeCount + to))
  return (from, to) => blocked.has(from * index.nodeCount + to)
}

/** Read only at positions that a graph's own offsets name, so the fallback never shows. */
function at(array: Uint32Array | Int32Array, position: number): number {
  return array[position] ?? notReached
}

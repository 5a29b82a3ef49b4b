import type { GraphIndex, IndexedEntryPoint } from '../callgraphs/graph-index.ts'
import type { BlockedEdge } from '../evidence/evidence.ts'
import { HitsBefore } from './hits-before.ts'
import { judge } from './judge.ts'
import { latticeStateOf } from './lattice.ts'
import { PathBudget, type PathCost, shortPathNodes } from './path-budget.ts'
import type { ScoringProfile } from './profile.ts'
import { roundScore } from './round.ts'
import { type FoundPath, type GraphSearch, type Link, searchGraph } from './search-graph.ts'
import type { State } from './state.ts'
import type { GraphConditions, TargetEvidence, TargetPresence } from './target-evidence.ts'
import { type Weighed, weigh } from './weigh.ts'

/** All that is known of one graph of a subject. */
export interface GraphEvidence {
  readonly callgraphId: string
  readonly index: GraphIndex
  readonly entryPoints: readonly IndexedEntryPoint[]
  readonly blockedLinks: readonly Link[]
  /** By node: 1 where a runtime hit was seen. */
  readonly hitNodes: Uint8Array
  /** Observed names that are no node of this graph. */
  readonly hitNames: ReadonlySet<string>
  readonly isWatched: boolean
}

/** A target's place in one graph; `node` is there exactly when it is a node. */
export interface PlacedTarget {
  readonly target: string
  readonly node?: number
  readonly presence: TargetPresence
}

export interface ScoredState extends TalliedState {
  readonly state: State
}

/** What of a state counts in the totals of its fact. */
export interface TalliedState {
  readonly state: Pick<State, 'target' | 'verdict' | 'weight'>
  /** Before rounding: what sums are taken over. */
  readonly weighed: Weighed
}

/** One graph, searched: states of any of its targets, and the unknowns that its entry points can reach. */
export class ScoredGraph {
  readonly #profile: ScoringProfile
  readonly #graph: GraphEvidence
  readonly #conditions: GraphConditions
  readonly #entryNodes: readonly number[]
  readonly #entrySet: ReadonlySet<number>
  readonly #hitPaths: Uint8Array
  readonly #anyHitPaths: Uint8Array | undefined
  readonly #blocked: ReadonlySet<string>
  readonly search: GraphSearch
  #unblocked: GraphSearch | undefined
  #hitsBefore: HitsBefore | undefined
  #characters: Float64Array | undefined

  constructor(profile: ScoringProfile, graph: GraphEvidence) {
    this.#profile = profile
    this.#graph = graph
    this.#entryNodes = graph.entryPoints.map(({ node }) => node)
    this.#entrySet = new Set(this.#entryNodes)
    this.search = searchGraph(graph.index, { entryPoints: this.#entryNodes, blockedLinks: graph.blockedLinks })
    this.#hitPaths = this.search.spreadAlongPaths(graph.hitNodes)
    if (profile.name === 'monotone-v1') this.#anyHitPaths = this.search.spreadAlongAllPaths(graph.hitNodes)
    this.#blocked = new Set(graph.blockedLinks.map(({ from, to }) => `${from}>${to}`))
    this.#conditions = conditionsOf(graph, this.search)
  }

  /** Collect, judge, weigh. States that are told together share a budget. Members in order, as they will be written. */
  score(placed: PlacedTarget, budget: PathBudget = new PathBudget()): ScoredState {
    const path = this.#pathTo(placed, budget)
    const evidence = this.#collect(placed, path.length)
    const weighed = weigh(this.#profile, evidence)
    const { verdict, reasons } = judge(evidence)
    const runtimeHits = this.#runtimeHits(placed, path, budget)
    const blockedEdges = this.#blockedEdges(placed, budget)
    const state: State = {
      bucket: weighed.bucket,
      callgraphId: this.#graph.callgraphId,
      confidence: roundScore(weighed.confidence),
      evidence: { blockedEdges, runtimeHits },
      latticeState: latticeStateOf(this.#profile.options, evidence),
      path: path.ids,
      ...(path.length > path.ids.length && { pathLength: path.length }),
      reachable: path.length > 0,
      reasons,
      score: roundScore(weighed.score),
      target: placed.target,
      verdict,
      weight: roundScore(weighed.weight),
    }
    return { state, weighed }
  }

  /** The same, without telling the path. */
  tally(placed: PlacedTarget): TalliedState {
    const evidence = this.#collect(placed, this.#lengthTo(placed))
    const weighed = weigh(this.#profile, evidence)
    const { verdict } = judge(evidence)
    return { state: { target: placed.target, verdict, weight: roundScore(weighed.weight) }, weighed }
  }

  pathCostOf({ node }: PlacedTarget): PathCost {
    const { index } = this.#graph
    this.#characters ??= this.search.sumAlongPaths((each) => index.idOf(each).length)
    return node === undefined ? noCost : { nodes: this.search.lengthTo(node), characters: this.#characters[node] ?? 0 }
  }

  #lengthTo({ node }: PlacedTarget): number {
    return node === undefined ? 0 : this.search.lengthTo(node)
  }

  #pathTo({ node }: PlacedTarget, budget: PathBudget): NamedPath {
    if (node === undefined) return noPath
    const whole = this.search.pathTo(node, budget.walk(this.search.lengthTo(node)))
    const ids = budget.take(this.#idsOf(whole.nodes))
    if (ids) return { ...whole, ids }
    const short = this.search.pathTo(node, shortPathNodes)
    return { ...short, ids: [...this.#idsOf(short.nodes)] }
  }

  #collect({ target, node, presence }: PlacedTarget, pathLength: number): TargetEvidence {
    return {
      graph: this.#conditions,
      presence,
      isEntryPoint: node !== undefined && this.#entrySet.has(node),
      pathLength,
      hasHitOnPath: node !== undefined && this.#hitPaths[node] === 1,
      hasHitOnAnyPath: node !== undefined && this.#anyHitPaths?.[node] === 1,
      hasHitOnTarget: node === undefined ? this.#graph.hitNames.has(target) : this.#isHit(node),
    }
  }

  /** Those that met the profile's runtime condition: on the path, or on any way to the target. */
  #runtimeHits({ target, node }: PlacedTarget, path: NamedPath, budget: PathBudget): readonly string[] {
    const onAnyPath = node === undefined ? undefined : this.#hitsOnAnyPath(node, budget)
    if (onAnyPath) return onAnyPath
    if (path.length > 0) return path.ids.filter((_, step) => this.#isHit(path.nodes[step] ?? 0))
    const isHit = node === undefined ? this.#graph.hitNames.has(target) : this.#isHit(node)
    return isHit ? [target] : []
  }

  #hitsOnAnyPath(node: number, budget: PathBudget): readonly string[] | undefined {
    if (this.#anyHitPaths?.[node] !== 1) return undefined
    this.#hitsBefore ??= new HitsBefore(this.#graph.index, this.search, this.#graph.hitNodes)
    const hits = this.#hitsBefore.of(node, budget)
    return hits && budget.take(this.#idsOf(hits))
  }

  /** The blocked edges on the path that would be found with nothing blocked: what the reader's block cost. */
  #blockedEdges({ node }: PlacedTarget, budget: PathBudget): BlockedEdge[] {
    const { index, blockedLinks } = this.#graph
    if (node === undefined || blockedLinks.length === 0) return []
    this.#unblocked ??= searchGraph(index, { entryPoints: this.#entryNodes, blockedLinks: [] })
    const { nodes, length } = this.#unblocked.pathTo(node, budget.walk(this.#unblocked.lengthTo(node)))
    // The first step of a shortened path is no link of the graph.
    return nodes.slice(1).flatMap((to, position) => {
      const from = nodes[position]
      if (from === undefined || (position === 0 && nodes.length < length)) return []
      return this.#blocked.has(`${from}>${to}`) ? [{ from: index.idOf(from), to: index.idOf(to) }] : []
    })
  }

  #isHit(node: number): boolean {
    return this.#graph.hitNodes[node] === 1
  }

  *#idsOf(nodes: readonly number[]): Generator<string> {
    for (const node of nodes) yield this.#graph.index.idOf(node)
  }
}

interface NamedPath extends FoundPath {
  readonly ids: readonly string[]
}

const noCost: PathCost = { nodes: 0, characters: 0 }
const noPath: NamedPath = { nodes: [], ids: [], length: 0 }

function conditionsOf(graph: GraphEvidence, search: GraphSearch): GraphConditions {
  return {
    isClosedWorld: graph.index.closedWorld,
    hasEntryPoints: graph.entryPoints.length > 0,
    hasGuessedEntryPoints: graph.entryPoints.some(({ source }) => source === 'guessed'),
    reachesUnknownCode: search.reachesUnknownCode,
    isWatched: graph.isWatched,
  }
}

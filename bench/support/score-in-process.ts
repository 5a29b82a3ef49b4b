import type { GraphIndex } from '../../src/callgraphs/graph-index.ts'
import { PathBudget } from '../../src/scoring/path-budget.ts'
import { scoringProfile } from '../../src/scoring/profile.ts'
import { ScoredGraph } from '../../src/scoring/scored-graph.ts'

const profile = scoringProfile('signals-v1')

/** What a fold does with a graph: names looked up, one search, and each target judged, weighed and given its path. Nodes of each path. */
export function scoreInProcess(index: GraphIndex, targets: readonly string[]): number[] {
  const scored = new ScoredGraph(profile, {
    callgraphId: 'bench',
    index,
    entryPoints: index.entryPoints,
    blockedLinks: [],
    hitNodes: new Uint8Array(index.nodeCount),
    hitNames: new Set(),
    isWatched: false,
  })
  const budget = new PathBudget()
  return targets.map((target) => {
    const found = index.resolve(target)
    if (found.kind !== 'node') throw new Error(`${target} is no node`)
    const { state } = scored.score({ target, node: found.node, presence: 'node' }, budget)
    return state.pathLength ?? state.path.length
  })
}

import type { GraphIndex } from '../../src/callgraphs/graph-index.ts'
import { graphologyOf, shortestPaths } from '../baselines/graphology.ts'
import { calleesOf, shortestPath } from '../baselines/map-of-arrays.ts'
import { alternate, millisecondsOf } from '../support/alternate.ts'
import { type BenchRow, type Claim, type Result, resultOf } from '../support/claim.ts'
import { loadIndex } from '../support/load-index.ts'
import { makeEdges, nodeId, pickNodes } from '../support/made-graph.ts'
import { scoreInProcess } from '../support/score-in-process.ts'

const claim = {
  row: 9,
  claim: 'targets found and scored on 170,000 nodes and 1,300,000 edges, in one process and 1,000 at once',
  bar: 20,
  aim: 100,
  better: 'higher',
} as const

const againstGraphology: Claim = {
  ...claim,
  claim: `${claim.claim}, to graphology`,
  against: 'graphology-shortest-path: one search from the entry point, which answers for all of them',
}

const againstMap: Claim = {
  ...claim,
  claim: `${claim.claim}, to a Map of arrays`,
  against: 'a breadth-first search over a Map of arrays for each, 5 of the 1,000 in a round',
}

const shape = { nodes: 170_000, edges: 1_300_000, seed: 1 }
const entryPoint = nodeId(0)
const targets = pickNodes({ nodes: shape.nodes, count: 1_000, seed: 2 }).map(nodeId)
const targetsInRound = 5

/** The engine of `recompute` in this process: no request, no thread, no store. Each side has built what it searches before. */
export const search: BenchRow = {
  name: 'search',
  async *measure() {
    const { index } = await loadIndex(shape)
    yield await compareWithGraphology(index)
    yield await compareWithMap(index)
  },
}

async function compareWithGraphology(index: GraphIndex): Promise<Result> {
  const graph = graphologyOf(namedEdges())
  const steps = scoreInProcess(index, targets)
  const findAll = (): number[] => {
    const paths = shortestPaths(graph, entryPoint)
    return targets.map((target) => paths[target]?.length ?? 0)
  }
  const measured = await alternate({
    ours: () => targetsPerSecond(steps, () => scoreInProcess(index, targets)),
    baseline: () => targetsPerSecond(steps, findAll),
  })
  return resultOf(againstGraphology, { unit: 'targets/s', ...measured })
}

async function compareWithMap(index: GraphIndex): Promise<Result> {
  const callees = calleesOf(namedEdges())
  const steps = scoreInProcess(index, targets)
  const ofRound = <T>(all: readonly T[], round: number) =>
    all.slice(round * targetsInRound, (round + 1) * targetsInRound)
  const findSome = (round: number): number[] =>
    ofRound(targets, round).map((target) => shortestPath(callees, entryPoint, target)?.length ?? 0)
  const measured = await alternate({
    ours: () => targetsPerSecond(steps, () => scoreInProcess(index, targets)),
    baseline: (round) => targetsPerSecond(ofRound(steps, round), () => findSome(round)),
  })
  return resultOf(againstMap, { unit: 'targets/s', ...measured })
}

/** All sides must find paths that are as short: else it was not the same work. */
async function targetsPerSecond(steps: readonly number[], find: () => readonly number[]): Promise<number> {
  let found: readonly number[] = []
  const milliseconds = await millisecondsOf(async () => {
    found = find()
  })
  if (steps.some((length, position) => length !== found[position])) throw new Error('paths of other lengths were found')
  return (steps.length * 1000) / milliseconds
}

function* namedEdges(): Generator<[string, string]> {
  const names = Array.from({ length: shape.nodes }, (_, node) => nodeId(node))
  const { from, to } = makeEdges(shape)
  for (const [edge, caller] of from.entries()) yield [names[caller] ?? '', names[to[edge] ?? 0] ?? '']
}

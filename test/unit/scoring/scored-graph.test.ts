import { describe, expect, test } from 'vitest'
import { PathBudget } from '../../../src/scoring/path-budget.ts'
import { scoringProfile } from '../../../src/scoring/profile.ts'
import { ScoredGraph } from '../../../src/scoring/scored-graph.ts'
import type { State } from '../../../src/scoring/state.ts'
import { graphEvidenceOf, placedIn, type TinyEvidence } from '../../support/scored-case.ts'

function stateOf(
  given: TinyEvidence,
  target: string,
  { profile = 'signals-v1', budget }: { profile?: 'signals-v1' | 'monotone-v1'; budget?: PathBudget } = {},
): State {
  const evidence = graphEvidenceOf(given)
  return new ScoredGraph(scoringProfile(profile), evidence).score(placedIn(evidence, target), budget).state
}

const names = Array.from({ length: 30 }, (_, number) => `n${String(number).padStart(2, '0')}`)
const chain = { edges: names.slice(1).map((id, number) => `${names[number]}>${id}`), entryPoints: ['n00'] }

describe('the hits of a state', () => {
  test('stand in ordinal order of their nodes, of which there are more than ten', () => {
    const edges = names.slice(1, -1).flatMap((id) => [`n00>${id}`, `${id}>n29`])
    const hits = ['n20', 'n09', 'n10', 'n02', 'n28']
    const state = stateOf({ graph: { edges, entryPoints: ['n00'] }, hits }, 'n29', { profile: 'monotone-v1' })
    expect(state.evidence.runtimeHits).toEqual(['n02', 'n09', 'n10', 'n20', 'n28'])
  })

  test('off the path are left out once there is no time to look for them, and those on it are told', () => {
    const graph = { edges: ['a>b', 'b>z', 'a>c', 'c>z'], entryPoints: ['a'] }
    const told = (steps: number) =>
      stateOf({ graph, hits: ['b', 'c'] }, 'z', { profile: 'monotone-v1', budget: new PathBudget({ steps }) })
    expect(told(1_000).evidence.runtimeHits).toEqual(['b', 'c'])
    expect(told(1).evidence.runtimeHits).toEqual(['b'])
    expect(told(1)).toMatchObject({ bucket: 'runtime', score: told(1_000).score })
  })
})

describe('a path that is shown by its ends', () => {
  const budget = () => new PathBudget({ nodes: 20 })

  test('says how long it is', () => {
    const state = stateOf({ graph: chain }, 'n29', { budget: budget() })
    expect(state.path).toEqual(['n00', ...names.slice(-15)])
    expect(state.pathLength).toBe(30)
    expect(stateOf({ graph: chain }, 'n19', { budget: budget() })).not.toHaveProperty('pathLength')
  })

  test('has no edge from its entry point to what is shown next, even if such an edge is to be blocked', () => {
    // n00 calls n15 nowhere: whoever blocks that blocks nothing.
    const { evidence, reachable } = stateOf({ graph: chain, blocked: ['n00>n15'] }, 'n29', { budget: budget() })
    expect({ reachable, blocked: evidence.blockedEdges }).toEqual({ reachable: true, blocked: [] })
  })
})

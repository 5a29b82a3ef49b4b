import fc from 'fast-check'
import { expect, test } from 'vitest'
import { scoringProfile } from '../../src/scoring/profile.ts'
import { roundScore } from '../../src/scoring/round.ts'
import { ScoredGraph } from '../../src/scoring/scored-graph.ts'
import { searchGraph } from '../../src/scoring/search-graph.ts'
import { referenceState } from '../support/reference-scoring.ts'
import { graphEvidenceOf, placedIn, type TinyEvidence } from '../support/scored-case.ts'
import { type TinyGraph, tinyGraphIndex, tinyNodes } from '../support/tiny-graph.ts'

const ids = ['a', 'B', 'b', 'c', 'd', 'é', '\u{1F600}', '\uff5e', 'main', 'z']
const id = fc.constantFrom(...ids)
const edge = fc.tuple(id, fc.constantFrom('>', '>', '>', '?>'), id).map((parts) => parts.join(''))

const graph: fc.Arbitrary<TinyGraph> = fc.record({
  edges: fc.array(edge, { maxLength: 18 }),
  nodes: fc.constant(['c', 'd']),
  external: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, fc.subarray(ids, { maxLength: 2 })),
  entryPoints: fc.subarray(ids, { maxLength: 3 }),
  source: fc.constantFrom('declared', 'inferred', 'guessed'),
  openWorld: fc.boolean(),
  symbolKeys: fc.constant({ several: ['c', 'd'], one: ['c'] }),
})

const evidence: fc.Arbitrary<TinyEvidence> = graph.chain((made) =>
  fc.record({
    graph: fc.constant(made),
    hits: fc.subarray([...ids, 'several', 'one', 'nowhere'], { maxLength: 4 }),
    watched: fc.boolean(),
    blocked: fc.subarray([...new Set((made.edges ?? []).map((text) => text.replace('?', '')))]),
  }),
)

test('every state is the one that the rules, written again the slow way, give', () => {
  fc.assert(
    fc.property(evidence, (given) => {
      const made = graphEvidenceOf(given)
      const scored = new ScoredGraph(scoringProfile('signals-v1'), made)
      for (const name of [...ids, 'several', 'one', 'nowhere']) {
        const { callgraphId, ...state } = scored.score(placedIn(made, name)).state
        expect(callgraphId).toBe('cg-1')
        expect(state).toEqual(referenceState(given, name))
      }
    }),
    { numRuns: 1_000 },
  )
})

test('the order in which edges and entry points are written says nothing', () => {
  fc.assert(
    fc.property(evidence, fc.infiniteStream(fc.double({ noNaN: true })), (given, keys) => {
      const shuffled = <Member>(members: readonly Member[] = []): Member[] =>
        members
          .map((member) => ({ member, key: keys.next().value ?? 0 }))
          .sort((one, other) => one.key - other.key)
          .map(({ member }) => member)
      const { edges, entryPoints } = given.graph
      const other = { ...given, graph: { ...given.graph, edges: shuffled(edges), entryPoints: shuffled(entryPoints) } }
      const statesOf = (from: TinyEvidence) => {
        const made = graphEvidenceOf(from)
        const scored = new ScoredGraph(scoringProfile('signals-v1'), made)
        return ids.map((name) => scored.score(placedIn(made, name)))
      }
      expect(statesOf(other)).toEqual(statesOf(given))
    }),
  )
})

test('a shortened path keeps its entry point, its end and its length', () => {
  fc.assert(
    fc.property(graph, fc.integer({ min: 2, max: 5 }), (made, maxNodes) => {
      const index = tinyGraphIndex(made)
      const search = searchGraph(index, { entryPoints: index.entryPoints.map(({ node }) => node), blockedLinks: [] })
      for (const [node] of tinyNodes(made).entries()) {
        const whole = search.pathTo(node, 100)
        const short = search.pathTo(node, maxNodes)
        expect(short.length).toBe(whole.nodes.length)
        const isCut = whole.nodes.length > maxNodes
        expect(short.nodes).toEqual(isCut ? [whole.nodes[0], ...whole.nodes.slice(1 - maxNodes)] : whole.nodes)
      }
    }),
  )
})

test('rounding keeps six decimals, and what is rounded stays', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (value) => {
      const rounded = roundScore(value)
      expect(Math.abs(rounded - value)).toBeLessThanOrEqual(0.5000001e-6)
      expect(roundScore(rounded)).toBe(rounded)
      expect(rounded).toBe(Number(rounded.toFixed(6)))
    }),
    { numRuns: 1_000 },
  )
})

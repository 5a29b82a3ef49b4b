import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { NormalizedCallgraph } from '../../src/callgraphs/callgraph.ts'
import { hashCallgraph } from '../../src/callgraphs/graph-hash.ts'
import type { BlockedEdge, Evidence } from '../../src/evidence/evidence.ts'
import type { FactState } from '../../src/facts/fact.ts'
import { HitAggregate } from '../../src/runtime-facts/merge-hits.ts'
import { type SeenGraph, type SentEvent, seenGraph } from '../support/arbitrary-evidence.ts'
import { drawing, respelled, shuffled, splitAtRandom } from '../support/arbitrary-graphs.ts'
import { evidenceOf, FoldedSubject, graphPosted } from '../support/folded-fact.ts'
import { indexOf, normalized } from '../support/read-graph.ts'
import { referenceState } from '../support/reference-scoring.ts'
import type { TinyEvidence } from '../support/scored-case.ts'
import { tinyOfGraph } from '../support/tiny-of-graph.ts'

const seed = fc.integer({ min: 1, max: 2 ** 31 - 1 })
const runs = { numRuns: 200 }

/** What is asked of a graph besides: other entry points, and edges that are taken to be cut. */
interface Asked {
  readonly entryPoints: readonly string[]
  readonly blockedEdges: readonly BlockedEdge[]
}

interface SeenAndAsked {
  readonly seen: SeenGraph
  readonly asked: Asked
}

const seenAndAsked: fc.Arbitrary<SeenAndAsked> = seenGraph.chain((seen) =>
  fc.record({
    seen: fc.constant(seen),
    asked: fc.record({
      entryPoints: fc.oneof(
        fc.constant([]),
        fc.array(fc.constantFrom(...seen.graph.nodes.map(({ id }) => id)), { maxLength: 4 }),
      ),
      blockedEdges: fc.array(fc.constantFrom(...seen.graph.edges.map(({ from, to }) => ({ from, to }))), {
        maxLength: 6,
      }),
    }),
  }),
)

/** The graph spelled in one way, its evidence in one order and one batching; a seed tells which. */
async function foldedAs({ seen, asked }: SeenAndAsked, spelling: number) {
  const { graph, closedWorld } = seen
  const read = await normalized(respelled(graph, spelling), { closedWorld })
  const subject = new FoldedSubject({ 'cg-1': indexOf(read) })
  const draw = drawing(spelling)
  const evidence = shuffled(draw, evidenceFor(seen, asked, draw))
  while (evidence.length > 0) await subject.fold(...evidence.splice(0, 1 + draw(4)))
  return { read, subject }
}

function evidenceFor(seen: SeenGraph, asked: Asked, draw: (below: number) => number): Evidence[] {
  const { events, targets, isWatched } = seen
  const batches = splitAtRandom(draw, shuffled(draw, events)).map((batch) => batchPosted(batch))
  const watched = isWatched ? [batchPosted([], true)] : []
  const posts = splitAtRandom(draw, shuffled(draw, targets)).map((some) => graphPosted('cg-1', ...some))
  return [...batches, ...watched, ...posts, graphPosted('cg-1'), evidenceOf({ kind: 'recompute', ...asked })]
}

function batchPosted(events: readonly SentEvent[], isWatched = false): Evidence {
  const aggregate = new HitAggregate({ maxSymbols: 1_000 })
  for (const event of events) aggregate.add(event)
  const window = { from: '2026-11-20T12:00:00.000Z', to: '2026-11-20T13:00:00.000Z' }
  return evidenceOf({
    kind: 'runtime',
    callgraphId: 'cg-1',
    source: 'agent',
    hits: aggregate.toHits(),
    ...(isWatched && { window }),
  })
}

test('a graph of hundreds of nodes in any spelling, its evidence in any order and batching: one hash, one fact', async () => {
  await fc.assert(
    fc.asyncProperty(seenAndAsked, seed, seed, async (given, one, other) => {
      const first = await foldedAs(given, one)
      const second = await foldedAs(given, other)
      expect(hashCallgraph(second.read)).toBe(hashCallgraph(first.read))
      expect(second.subject.row?.fact?.digest).toBe(first.subject.row?.fact?.digest)
      expect(second.subject.body).toEqual(first.subject.body)
    }),
    runs,
  )
})

test('its states are those that the rules, written again the slow way, give', async () => {
  await fc.assert(
    fc.asyncProperty(seenAndAsked, seed, async (given, spelling) => {
      const { read, subject } = await foldedAs(given, spelling)
      const states = subject.body.states as readonly FactState[]
      const reference = referenceOf(given, read)
      const names = new Set([...given.seen.targets, ...given.seen.events.map(({ symbolId }) => symbolId)])
      expect(states.map(({ target }) => target)).toEqual([...names].sort())
      for (const { callgraphId, ...state } of states) {
        expect(callgraphId).toBe('cg-1')
        expect(state).toEqual(referenceState(reference, state.target))
      }
    }),
    runs,
  )
})

function referenceOf({ seen, asked }: SeenAndAsked, read: NormalizedCallgraph): TinyEvidence {
  const graph = tinyOfGraph(read)
  return {
    graph: asked.entryPoints.length > 0 ? { ...graph, entryPoints: asked.entryPoints, source: 'declared' } : graph,
    hits: seen.events.map(({ symbolId }) => symbolId),
    watched: seen.isWatched,
    blocked: asked.blockedEdges.map(({ from, to }) => `${from}>${to}`),
  }
}

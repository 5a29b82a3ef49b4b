import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { FactState } from '../../src/facts/fact.ts'
import { seenGraph } from '../support/arbitrary-evidence.ts'
import { respelled } from '../support/arbitrary-graphs.ts'
import { type BuiltApp, openApp } from '../support/build-app.ts'
import { type Delivered, deliver } from '../support/delivery.ts'
import { plainHash } from '../support/plain-normalizer.ts'
import { normalized } from '../support/read-graph.ts'
import { referenceState } from '../support/reference-scoring.ts'
import { tinyOfGraph } from '../support/tiny-of-graph.ts'

let built: BuiltApp

beforeAll(async () => {
  built = await openApp()
})
afterAll(async () => built[Symbol.asyncDispose]())

const seed = fc.integer({ min: 1, max: 2 ** 30 })
let deliveries = 0

function nextTenant(): string {
  deliveries += 1
  return `delivery-${deliveries}`
}

test('whatever way the service is told of a graph and its evidence, it makes the same fact of it, and the right one', async () => {
  await fc.assert(
    fc.asyncProperty(seenGraph, seed, seed, async (seen, one, other) => {
      const [first, second] = await Promise.all(
        [one, other].map((way) => deliver(built, { tenant: nextTenant(), seen, seed: way })),
      )
      const { graph, closedWorld, events, targets, isWatched } = seen
      expect(first!.graphHash).toBe(plainHash(graph, { closedWorld }))
      expect(second!.graphHash).toBe(first!.graphHash)
      expect(coveredOf(second!)).toEqual(coveredOf(first!))
      expect(second!.fact.metadata['fact.digest']).toBe(first!.fact.metadata['fact.digest'])

      const read = await normalized(respelled(graph, 1), { closedWorld })
      const hits = events.map(({ symbolId }) => symbolId)
      const reference = { graph: tinyOfGraph(read), hits, watched: isWatched }
      const states = first!.fact['states'] as FactState[]
      expect(states.map(({ target }) => target)).toEqual([...new Set([...hits, ...targets])].sort())
      for (const { callgraphId: _, ...state } of states) {
        expect(state).toEqual(referenceState(reference, state.target))
      }
      expect(sumOf(first!.fact['runtimeFacts'] as Counted[])).toBe(sumOf(events))
    }),
    { numRuns: 200 },
  )
}, 300_000)

/** Versions and times are those of a delivery; all else is the evidence's. */
function coveredOf({ fact }: Delivered): Record<string, unknown> {
  const { tenant: _tenant, metadata: _metadata, computedAt: _computedAt, ...covered } = fact
  return covered
}

interface Counted {
  readonly hitCount: number
}

function sumOf(counted: readonly Counted[]): number {
  return counted.reduce((sum, { hitCount }) => sum + hitCount, 0)
}

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { SymbolHits } from '../../../src/evidence/evidence.ts'
import { mergeHits } from '../../../src/evidence/symbol-hits.ts'
import { beginsChunk } from '../../../src/facts/begins-chunk.ts'
import { boundHits } from '../../../src/facts/bound-hits.ts'
import { isChunked, readAllEntries, writeList } from '../../../src/facts/chunked-list.ts'
import type { FactState } from '../../../src/facts/fact.ts'
import { PathBudget } from '../../../src/scoring/path-budget.ts'
import { scoringProfile } from '../../../src/scoring/profile.ts'
import { ScoredGraph } from '../../../src/scoring/scored-graph.ts'
import { FoldedSubject, graphPosted } from '../../support/folded-fact.ts'
import { mapBlobs } from '../../support/map-blobs.ts'
import { graphEvidenceOf, placedIn } from '../../support/scored-case.ts'

const chain = Array.from({ length: 3_000 }, (_, number) => `n${String(number).padStart(4, '0')}`)
const edges = chain.slice(1).map((id, number) => `${chain[number]}>${id}`)

describe('a long chain', () => {
  test('is told whole', async () => {
    const subject = new FoldedSubject({ 'cg-1': { edges, entryPoints: ['n0000'] } })
    await subject.fold(graphPosted('cg-1', 'n2999'))
    const [state] = subject.body.states as readonly FactState[]
    expect(state?.path).toEqual(chain)
    expect(state).not.toHaveProperty('pathLength')
  })

  test.each([
    ['nodes', { nodes: 6_100 }],
    ['characters', { characters: 5 * 6_100 }],
  ])('with many targets is told whole as long as there are %s left, and then by its ends', (_, limits) => {
    const evidence = graphEvidenceOf({
      graph: { edges, entryPoints: ['n0000'] },
      hits: ['n1000'],
      blocked: ['n2998>n2999'],
    })
    const scored = new ScoredGraph(scoringProfile('signals-v1'), { ...evidence, blockedLinks: [] })
    const budget = new PathBudget(limits)
    const states = ['n2996', 'n2997', 'n2998', 'n2999'].map((id) => scored.score(placedIn(evidence, id), budget).state)
    expect(states.map(({ path }) => path.length)).toEqual([2_997, 2_998, 16, 16])
    expect(states.map(({ pathLength }) => pathLength)).toEqual([undefined, undefined, 2_999, 3_000])
    expect(states[3]?.path).toEqual(['n0000', ...chain.slice(-15)])
    // The hit is on the part that is not shown, and counts all the same.
    expect(states[3]).toMatchObject({ bucket: 'runtime', confidence: 0.9, evidence: { runtimeHits: [] } })
  })

  test('shows only links of the graph as blocked edges', () => {
    const evidence = graphEvidenceOf({
      graph: { edges, entryPoints: ['n0000'] },
      blocked: ['n2998>n2999', 'n0000>n0001'],
    })
    const { state } = new ScoredGraph(scoringProfile('signals-v1'), evidence).score(
      placedIn(evidence, 'n2999'),
      new PathBudget({ nodes: 100 }),
    )
    expect(state.evidence.blockedEdges).toEqual([{ from: 'n2998', to: 'n2999' }])
  })
})

const longValue = fc
  .tuple(fc.integer({ min: 0, max: 90 }), fc.integer({ min: 1, max: 4_096 }))
  .map(([number, length]) => {
    return `${String(number).padStart(2, '0')}${'x'.repeat(length)}`.slice(0, 4_096)
  })
const hits: fc.Arbitrary<SymbolHits> = fc
  .record({ hitCount: fc.integer({ min: 1, max: 9 }), values: fc.array(longValue, { minLength: 1, maxLength: 32 }) })
  .map(({ hitCount, values }) => ({ symbolId: 'a', hitCount, codeIds: [...new Set(values)].sort(), purls: ['p'] }))

test('of values that are too long the same ones are kept, whatever the order and the batching', () => {
  const both = (one: SymbolHits, other: SymbolHits): SymbolHits => boundHits(mergeHits(one, other))
  fc.assert(
    fc.property(hits, hits, hits, (one, two, three) => {
      const together = both(both(one, two), three)
      expect(both(one, both(two, three))).toEqual(together)
      expect(both(both(three, one), two)).toEqual(together)
      const characters = together.codeIds?.reduce((sum, value) => sum + value.length, 0) ?? 0
      expect(characters).toBeLessThanOrEqual(16 * 1024 + 4_096)
      const distinct = new Set([one, two, three].flatMap(({ codeIds = [] }) => codeIds))
      expect(together.truncated === true).toBe(together.codeIds?.length !== distinct.size)
    }),
    { numRuns: 300 },
  )
})

test('keys that never begin a chunk make one that can still be read back', async () => {
  const blobs = mapBlobs()
  const keys = Array.from({ length: 1_500 }, (_, number) => `k${String(number).padStart(5, '0')}`)
  const entries = keys.filter((key) => !beginsChunk(key)).map((key) => ({ key, text: 'x'.repeat(60_000) }))
  const list = await writeList(blobs, { keyOf: ({ key }: { key: string }) => key }, entries)
  if (!isChunked(list)) throw new Error('a long list is chunked')
  expect(list.chunks).toHaveLength(1)
  const kept = await readAllEntries<{ key: string }>(blobs, list)
  expect(kept).toHaveLength(list.count)
  expect(kept.map(({ key }) => key)).toEqual(entries.slice(0, list.count).map(({ key }) => key))
  expect(list.count).toBeGreaterThan(1_000)
  expect(list.count).toBeLessThan(entries.length)
})

test('entry points beyond what a body holds are counted', async () => {
  const ids = Array.from({ length: 4_200 }, (_, number) => `${String(number).padStart(5, '0')}${'x'.repeat(4_000)}`)
  const subject = new FoldedSubject({ 'cg-1': { entryPoints: ids } })
  await subject.fold(graphPosted('cg-1', ids[0]!))
  const [graph] = subject.body.callgraphs
  expect(graph?.entryPointCount).toBe(4_200)
  expect(graph?.entryPoints).toHaveLength(Math.floor((16 * 1024 * 1024) / 4_005))
})

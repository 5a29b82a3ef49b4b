import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { defaultScoringOptions, scoringProfile } from '../../../src/scoring/profile.ts'
import { ScoredGraph } from '../../../src/scoring/scored-graph.ts'
import { reasonsInOrder, type State, verdictsWorstFirst } from '../../../src/scoring/state.ts'
import { graphEvidenceOf, placedIn, type TinyEvidence } from '../../support/scored-case.ts'

interface Case extends TinyEvidence {
  readonly title: string
  readonly target: string
  readonly contestUnobserved?: boolean
  readonly expect: Omit<State, 'callgraphId' | 'target' | 'reachable' | 'evidence'> & {
    readonly runtimeHits?: readonly string[]
    readonly blockedEdges?: readonly string[]
  }
}

const cases = JSON.parse(
  readFileSync(new URL('../../../fixtures/scoring/cases.json', import.meta.url), 'utf8'),
) as readonly Case[]

test.each(cases)('$title', ({ target, contestUnobserved = false, expect: expected, ...given }) => {
  const evidence = graphEvidenceOf(given)
  const profile = scoringProfile('signals-v1', { ...defaultScoringOptions, contestUnobserved })
  const { state } = new ScoredGraph(profile, evidence).score(placedIn(evidence, target))
  const { runtimeHits = [], blockedEdges = [], ...judged } = expected
  expect(state).toEqual({
    callgraphId: 'cg-1',
    target,
    reachable: judged.path.length > 0,
    ...judged,
    evidence: {
      runtimeHits,
      blockedEdges: blockedEdges.map((text) => ({ from: text.split('>')[0], to: text.split('>')[1] })),
    },
  })
})

describe('the table leaves nothing out', () => {
  const values = (member: 'verdict' | 'bucket' | 'latticeState') =>
    [...new Set(cases.map((each) => each.expect[member]))].sort()

  test('every verdict, bucket, lattice state and reason has a case', () => {
    expect(values('verdict')).toEqual([...verdictsWorstFirst].sort())
    expect(values('bucket')).toEqual(['direct', 'entrypoint', 'runtime', 'unknown', 'unreachable'])
    expect(values('latticeState')).toEqual(['CR', 'CU', 'RO', 'RU', 'SR', 'SU', 'U', 'X'])
    expect([...new Set(cases.flatMap((each) => each.expect.reasons))].sort()).toEqual([...reasonsInOrder].sort())
  })

  test('no-path is told exactly of the unreachable bucket', () => {
    for (const { expect: expected } of cases) {
      expect(expected.reasons.includes('no-path')).toBe(expected.bucket === 'unreachable')
    }
  })
})

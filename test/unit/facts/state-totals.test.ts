import { describe, expect, test } from 'vitest'
import { factScores, TotalsBuilder } from '../../../src/facts/state-totals.ts'
import { roundScore } from '../../../src/scoring/round.ts'
import type { ScoredState } from '../../../src/scoring/scored-graph.ts'
import type { Bucket, Verdict } from '../../../src/scoring/state.ts'

function scored(
  target: string,
  score: number,
  options: { verdict?: Verdict; bucket?: Bucket; graph?: string } = {},
): ScoredState {
  const { verdict = 'reachable', bucket = 'direct', graph = 'cg-1' } = options
  return {
    state: {
      callgraphId: graph,
      target,
      reachable: true,
      verdict,
      reasons: [],
      bucket,
      weight: 0.5,
      confidence: 0.5,
      score: roundScore(score),
      latticeState: 'SR',
      path: [],
      evidence: { runtimeHits: [], blockedEdges: [] },
    },
    weighed: {
      bucket,
      row: bucket,
      weight: 0.5,
      confidence: 0.5,
      confidenceParts: { base: 0.5, runtimeBonus: 0 },
      score,
    },
  }
}

function totalsOf(states: readonly ScoredState[], requested: readonly string[] = []) {
  const totals = new TotalsBuilder(new Set(requested))
  for (const state of states) totals.add(state)
  return totals.build()
}

const noPenalty = { unknownsCount: 0, ceiling: 0.35 }

describe('the score of a fact', () => {
  test('is the mean of its states, less what its unknowns take', () => {
    const totals = totalsOf([scored('a', 0.6375), scored('b', 0.375)])
    expect(factScores(totals, noPenalty)).toEqual({ score: 0.50625, requestedScore: null, unknownsPressure: 0 })
    expect(factScores(totals, { unknownsCount: 2, ceiling: 0.35 })).toEqual({
      score: 0.417656,
      requestedScore: null,
      unknownsPressure: 0.5,
    })
  })

  test('is summed in order over unrounded doubles, and rounded once', () => {
    const numbers = [0.1, 0.2, 0.3, 1 / 3, 2 / 7, 1e-7]
    const sum = numbers.reduce((total, number) => total + number, 0)
    const totals = totalsOf(numbers.map((number, position) => scored(`t${position}`, number)))
    expect(totals.scoreSum).toBe(sum)
    const pressure = 5 / (6 + 5)
    const expected = (sum / 6) * (1 - 0.35 * pressure)
    expect(factScores(totals, { unknownsCount: 5, ceiling: 0.35 }).score).toBe(Math.round(expected * 1e6) / 1e6)
  })

  test('survives the ledger: a sum read back from JSON is the same double', () => {
    const totals = totalsOf([scored('a', 0.1), scored('b', 0.2)])
    expect(JSON.parse(JSON.stringify(totals))).toEqual(totals)
    expect(totals.scoreSum).toBe(0.1 + 0.2)
  })

  test('of the requested targets is told apart, under the same pressure', () => {
    const totals = totalsOf([scored('a', 0.8), scored('b', 0.4), scored('b', 0.2, { graph: 'cg-2' })], ['b'])
    const { requestedScore } = factScores(totals, noPenalty)
    expect(requestedScore).toBe(0.3)
    expect(factScores(totals, { unknownsCount: 3, ceiling: 0.5 }).requestedScore).toBe(0.225)
  })

  test('is 0 without states, and all pressure where there are only unknowns', () => {
    const totals = totalsOf([], ['a'])
    expect(factScores(totals, { unknownsCount: 0, ceiling: 0.35 })).toEqual({
      score: 0,
      requestedScore: 0,
      unknownsPressure: 0,
    })
    expect(factScores(totals, { unknownsCount: 4, ceiling: 0.35 })).toEqual({
      score: 0,
      requestedScore: 0,
      unknownsPressure: 1,
    })
  })
})

describe('the verdict of a fact', () => {
  const all: Verdict[] = ['unreachable', 'unknown', 'reachable', 'observed']

  test.each([
    [all, 'observed'],
    [all.slice(0, 3), 'reachable'],
    [all.slice(0, 2), 'unknown'],
    [all.slice(0, 1), 'unreachable'],
    [[], 'unknown'],
  ] as const)('of targets that are %j is %s', (verdicts, verdict) => {
    const states = verdicts.map((each, position) => scored(`t${position}`, 0, { verdict: each }))
    expect(totalsOf(states).verdict).toBe(verdict)
    expect(totalsOf(states.toReversed()).verdict).toBe(verdict)
  })

  test('looks at requested targets only, and at the worst graph of each', () => {
    const states = [
      scored('a', 0, { verdict: 'unreachable' }),
      scored('b', 0, { verdict: 'observed' }),
      scored('a', 0, { verdict: 'unknown', graph: 'cg-2' }),
    ]
    expect(totalsOf(states, ['a']).verdict).toBe('unknown')
  })
})

test('the highest-scoring state gives bucket and weight, and of equal ones the first', () => {
  const states = [scored('a', 0.2), scored('b', 0.4, { bucket: 'runtime' }), scored('c', 0.4, { bucket: 'unknown' })]
  expect(totalsOf(states)).toMatchObject({ bucket: 'runtime', weight: 0.5, averageConfidence: 0.5 })
  expect(totalsOf([])).toMatchObject({ bucket: null, weight: null, averageConfidence: 0 })
})

test('the verdicts digest changes with the verdict of any target, and with nothing else', () => {
  const before = totalsOf([scored('a', 0.1), scored('b', 0.2)]).verdictsDigest
  expect(totalsOf([scored('a', 0.9), scored('b', 0.8, { bucket: 'runtime' })]).verdictsDigest).toBe(before)
  expect(totalsOf([scored('a', 0.1), scored('b', 0.2, { verdict: 'observed' })]).verdictsDigest).not.toBe(before)
  expect(totalsOf([scored('a', 0.1)]).verdictsDigest).not.toBe(before)
})

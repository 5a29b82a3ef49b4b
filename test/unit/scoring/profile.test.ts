import { describe, expect, test } from 'vitest'
import { defaultScoringOptions, type ScoringOptions, scoringProfile } from '../../../src/scoring/profile.ts'
import type { TargetEvidence } from '../../../src/scoring/target-evidence.ts'
import { weigh } from '../../../src/scoring/weigh.ts'

const direct: TargetEvidence = {
  graph: {
    isClosedWorld: true,
    hasEntryPoints: true,
    hasGuessedEntryPoints: false,
    reachesUnknownCode: false,
    isWatched: false,
  },
  presence: 'node',
  isEntryPoint: false,
  pathLength: 2,
  hasHitOnPath: false,
  hasHitOnAnyPath: false,
  hasHitOnTarget: false,
}
const observed = { ...direct, hasHitOnPath: true, hasHitOnAnyPath: true, hasHitOnTarget: true }

describe('the seed’s profile', () => {
  const profile = scoringProfile('signals-v1')

  test('takes a direct call from 0.85 to 0.45 when it was seen running', () => {
    expect(weigh(profile, direct)).toMatchObject({ bucket: 'direct', row: 'direct', weight: 0.85, confidence: 0.75 })
    expect(weigh(profile, observed)).toMatchObject({ bucket: 'runtime', weight: 0.45, confidence: 0.9 })
  })
})

describe('the monotone profile', () => {
  const profile = scoringProfile('monotone-v1')

  test('weighs by the heaviest row that holds', () => {
    expect(weigh(profile, direct)).toMatchObject({ bucket: 'direct', row: 'direct', weight: 0.85 })
    expect(weigh(profile, observed)).toMatchObject({ bucket: 'runtime', row: 'runtime', weight: 0.95 })
    expect(weigh(profile, { ...observed, isEntryPoint: true, pathLength: 1 })).toMatchObject({ weight: 1 })
  })

  test('may be told a bucket whose row is not the heaviest', () => {
    const light = scoringProfile('monotone-v1', {
      ...defaultScoringOptions,
      weights: { ...defaultScoringOptions.weights, runtime: 0.1 },
    })
    expect(weigh(light, observed)).toMatchObject({ bucket: 'runtime', row: 'direct', weight: 0.85 })
  })
})

test('what a runtime hit weighs is the profile’s business unless somebody says it', () => {
  const { runtime: _runtime, ...weights } = defaultScoringOptions.weights
  const given = { ...defaultScoringOptions, weights }
  expect(scoringProfile('signals-v1', given).options.weights.runtime).toBe(0.45)
  expect(scoringProfile('monotone-v1', given).options.weights.runtime).toBe(0.95)
  const said = { ...given, weights: { ...weights, runtime: 0.7 } }
  expect(scoringProfile('monotone-v1', said).options.weights.runtime).toBe(0.7)
})

test.each([
  [{ reachable: 0.9, runtimeBonus: 0.3, maximum: 0.99 }, 0.99],
  [{ reachable: 0.9, runtimeBonus: 0.3, maximum: 1 }, 1],
  [{ reachable: 0, runtimeBonus: 0, minimum: 0.05 }, 0.05],
])('a confidence of %j is clamped to %d', (parts, confidence) => {
  const confidences = { ...defaultScoringOptions.confidence, ...parts }
  const profile = scoringProfile('signals-v1', { ...defaultScoringOptions, confidence: confidences })
  const { confidenceParts, ...weighed } = weigh(profile, observed)
  expect(weighed).toMatchObject({ confidence, score: confidence * 0.45 })
  // An explanation shows what was clamped.
  expect(confidenceParts).toEqual({ base: parts.reachable, runtimeBonus: parts.runtimeBonus })
})

describe('the digest of the options', () => {
  const digestOf = (options: ScoringOptions) => scoringProfile('signals-v1', options).digest
  const { weights, confidence } = defaultScoringOptions

  test.each([
    ['a weight', { weights: { ...weights, direct: 0.8 } }],
    ['a part of the confidence', { confidence: { ...confidence, runtimeBonus: 0.1 } }],
    ['the ceiling of the penalty', { unknownsPenaltyCeiling: 0.5 }],
    ['whether silence contests', { contestUnobserved: true }],
  ])('changes with %s', (_what, changed) => {
    expect(digestOf({ ...defaultScoringOptions, ...changed })).not.toBe(digestOf(defaultScoringOptions))
  })

  test('does not change with the order of members, nor with what else the object carries', () => {
    const carried = { comment: 'default', ...Object.fromEntries(Object.entries(defaultScoringOptions).toReversed()) }
    expect(digestOf({ ...defaultScoringOptions, ...carried })).toBe(digestOf(defaultScoringOptions))
    expect(digestOf(defaultScoringOptions)).toBe(scoringProfile('signals-v1').digest)
  })
})

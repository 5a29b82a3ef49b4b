import { expect, test } from 'vitest'
import { type Claim, resultOf, spreadOf } from '../../../bench/support/claim.ts'

const claim: Claim = { row: 1, claim: 'ours', against: 'theirs', bar: 2, better: 'higher' }

test('a ratio is the median of the rounds, not the quotient of the medians', () => {
  const { ratio } = resultOf(claim, { unit: 'lines/s', ours: [10, 30, 200], baseline: [10, 10, 100] })
  expect(ratio).toEqual({ min: 1, median: 2, max: 3 })
})

test.each([
  { better: 'higher', ours: [20], holds: true },
  { better: 'higher', ours: [19], holds: false },
  { better: 'lower', ours: [20], holds: true },
  { better: 'lower', ours: [21], holds: false },
] as const)('where $better is better, $ours against 10 with a bar of 2 holds: $holds', ({ better, ours, holds }) => {
  expect(resultOf({ ...claim, better }, { unit: 'ms', ours, baseline: [10] }).holds).toBe(holds)
})

test('the median of an even number of values lies between the middle two', () => {
  expect(spreadOf([4, 1, 3, 2])).toEqual({ min: 1, median: 2.5, max: 4 })
})

test('nothing measured, or a round with one side, is refused rather than reported', () => {
  expect(() => spreadOf([])).toThrow(RangeError)
  expect(() => resultOf(claim, { unit: 'ms', ours: [1, 2], baseline: [1] })).toThrow(RangeError)
})

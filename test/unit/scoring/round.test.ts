import { expect, test } from 'vitest'
import { roundScore } from '../../../src/scoring/round.ts'

test.each([
  [0.1234564, 0.123456],
  [0.1234566, 0.123457],
  [0.5 / 1e6, 0],
  [1.5 / 1e6, 0.000002],
  [2.5 / 1e6, 0.000002],
  [3.5 / 1e6, 0.000004],
  [0.0000025, 0.000002],
  [0.75 * 0.85, 0.6375],
  [0.25 + 0.15, 0.4],
  [1 / 3, 0.333333],
  [2 / 3, 0.666667],
  [0, 0],
  [1, 1],
])('%d is rounded to %d', (value, rounded) => {
  expect(roundScore(value)).toBe(rounded)
})

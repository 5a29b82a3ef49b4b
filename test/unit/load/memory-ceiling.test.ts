import { expect, test } from 'vitest'
import { memoryCeiling } from '../../../src/load/memory-ceiling.ts'

const total = 10_000

test.each([
  { what: 'what is configured counts', configured: 7, constrained: 1_000, ceiling: 7 },
  { what: 'a container counts before its machine', configured: undefined, constrained: 1_000, ceiling: 800 },
  { what: 'a container without a limit has the machine', configured: undefined, constrained: 2 ** 63, ceiling: 8_000 },
  { what: 'no container is the machine', configured: undefined, constrained: 0, ceiling: 8_000 },
])('$what', ({ configured, constrained, ceiling }) => {
  expect(memoryCeiling(configured, { constrained, total })).toBe(ceiling)
})

test('this machine has some', () => {
  expect(memoryCeiling(undefined)).toBeGreaterThan(100 * 1024 * 1024)
})

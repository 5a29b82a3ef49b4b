import { expect, test } from 'vitest'
import { lagOfGroups } from '../../../src/events/redis-consumer-lag.ts'

const group = (name: string, lag: number | null): unknown[] => ['name', name, 'consumers', 1, 'pending', 7, 'lag', lag]

test('is that of the slowest group', () => {
  expect(lagOfGroups([group('a', 3), group('lag', 12), group('c', 0)])).toBe(12)
})

test('is nothing where nobody reads in groups', () => {
  expect(lagOfGroups([])).toBe(0)
})

test.each([
  ['a server that does not count', [['name', 'a', 'pending', 0]]],
  ['a group whose lag cannot be told', [group('a', 3), group('b', null)]],
  ['an answer of another shape', { name: 'a', lag: 3 }],
  ['a group of another shape', [{ lag: 3 }]],
])('is not known for %s', (_, groups) => {
  expect(lagOfGroups(groups)).toBeNull()
})

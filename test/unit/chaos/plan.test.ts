import { expect, test } from 'vitest'
import { failPointNames } from '../../../src/lib/fail-points.ts'
import { readOptions } from '../../chaos/options.ts'
import { markOf, planBatch } from '../../chaos/planned-batches.ts'
import { planFaults } from '../../chaos/planned-faults.ts'
import { planGraphs } from '../../chaos/planned-graphs.ts'

const graphs = planGraphs(7)

test('a seed gives the same graphs, batches and faults again, and another gives others', () => {
  const batch = planBatch(7, 41, graphs)
  expect(planBatch(7, 41, planGraphs(7))).toEqual(batch)
  expect(planBatch(8, 41, graphs)).not.toEqual(batch)
  const options = readOptions(['--seed', '7'])
  expect(planFaults(options)).toEqual(planFaults(options))
  expect(planFaults(readOptions(['--seed', '8']))).not.toEqual(planFaults(options))
})

test('each batch has a symbol that no other has', () => {
  const batches = Array.from({ length: 200 }, (_, position) => planBatch(7, position, graphs))
  const marked = batches.map(({ events }) =>
    events.filter(({ symbolId }) => symbolId.startsWith(markOf(0).slice(0, -1))),
  )
  expect(marked.map((events) => events.map(({ symbolId }) => symbolId))).toEqual(
    batches.map((_, position) => [markOf(position)]),
  )
})

test.each([1, 7, 20_261_128])(
  'seed %i plans every kind of fault for every 5,000 batches, with batches left',
  (seed) => {
    const count = 15_000
    const lanes = planFaults(readOptions(['--seed', String(seed), '--count', String(count)]))
    for (let first = 0; first < count; first += 5_000) {
      const planned = lanes
        .flat()
        .filter((one) => one.afterAcknowledged >= first && one.afterAcknowledged < first + 5_000)
      expect(Math.max(...planned.map(({ afterAcknowledged }) => afterAcknowledged - first))).toBeLessThanOrEqual(4_000)
      const kinds = planned.map(({ fault }) => (fault.kind === 'replica killed' ? fault.point : fault.kind))
      expect(new Set(kinds)).toEqual(
        new Set([...failPointNames, 'mongod killed', 'redis killed', 'redis paused', 'cas full']),
      )
    }
    for (const lane of lanes) {
      const times = lane.map(({ afterAcknowledged }) => afterAcknowledged)
      expect(times).toEqual(times.toSorted((one, other) => one - other))
    }
  },
)

test('an option that is no number, or no content store, is refused', () => {
  expect(() => readOptions(['--seed', '0x7'])).toThrow('--seed is a whole number')
  expect(() => readOptions(['--count', '0'])).toThrow('--count is a whole number')
  expect(() => readOptions(['--cas', 'tape'])).toThrow('--cas is filesystem or s3')
})

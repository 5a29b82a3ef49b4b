import { expect, test } from 'vitest'
import { closeInOrder } from '../../../src/lib/close-in-order.ts'

test('closes one after another, and what fails or hangs does not keep the next from its turn', async () => {
  const told: string[] = []
  const failures: string[] = []
  await closeInOrder(
    [
      { name: 'listener', close: async () => told.push('listener') },
      { name: 'broken', close: () => Promise.reject(new Error('it broke')) },
      { name: 'throwing', close: () => failing() },
      { name: 'hanging', close: () => new Promise(() => undefined), force: () => told.push('forced') },
      { name: 'store', close: async () => told.push('store') },
    ],
    5,
    (step, error) => failures.push(`${step}: ${String(error)}`),
  )
  expect(told).toEqual(['listener', 'forced', 'store'])
  expect(failures).toEqual([
    'broken: Error: it broke',
    'throwing: Error: at once',
    'hanging: Error: hanging did not close within 5 ms',
  ])
})

function failing(): Promise<unknown> {
  throw new Error('at once')
}

import { expect, test } from 'vitest'
import { InProcessBus } from '../../../src/events/in-process-bus.ts'
import { factUpdated, globex } from '../../support/store-values.ts'

function newBus(): { bus: InProcessBus; lines: unknown[] } {
  const lines: unknown[] = []
  return { bus: new InProcessBus({ info: (...line: unknown[]) => void lines.push(line) }), lines }
}

test('writes one line an event, which names the fact and holds no payload', async () => {
  const { bus, lines } = newBus()
  const [first, second] = [factUpdated(), factUpdated({ fact_version: 2 })]
  await bus.publish([first, second])
  expect(lines).toHaveLength(2)
  expect(lines[0]).toEqual([
    {
      eventId: first.event_id,
      tenant: 'acme',
      subjectKey: 'scan-1',
      factVersion: 1,
      digest: first.digest,
      verdict: 'reachable',
      score: 0.5,
      change: 'verdict',
    },
    'fact updated',
  ])
})

test('wakes each listener of the tenants concerned once a publish, and nobody else', async () => {
  const { bus } = newBus()
  const woken: string[] = []
  bus.listen('acme', () => void woken.push('a'))
  bus.listen('acme', () => void woken.push('b'))
  bus.listen('globex', () => void woken.push('g'))
  await bus.publish([factUpdated(), factUpdated()])
  expect(woken).toEqual(['a', 'b'])
  await bus.publish([factUpdated({ tenant: globex }), factUpdated()])
  expect(woken).toEqual(['a', 'b', 'g', 'a', 'b'])
})

test('a listener that has ended is not woken, ending twice is no harm, and one may come again', async () => {
  const { bus } = newBus()
  let woken = 0
  const end = bus.listen('acme', () => void woken++)
  end()
  bus.listen('acme', () => void woken++)
  end()
  await bus.publish([factUpdated()])
  expect(woken).toBe(1)
})

import { expect, test } from 'vitest'
import { figuresOf, judgeSoak, type SoakSample } from '../../../bench/soak/judge-soak.ts'

const calm = { capacity: 10, rate: 7, keptUp: 1, refused: 0 }

/** A sample every ten seconds for ten minutes. */
function samplesOf(of: (minute: number) => Partial<SoakSample>): SoakSample[] {
  return Array.from({ length: 61 }, (_, position) => {
    const quiet = { rssMegabytes: 200, outboxAgeSeconds: 0, eventLoopDelayP99Ms: 12, pendingEvidence: 0 }
    return { seconds: position * 10, ...quiet, ...of(position / 6) }
  })
}

test('memory that goes up and down and comes back does not grow', () => {
  const figures = figuresOf(samplesOf((minute) => ({ rssMegabytes: 200 + 40 * ((minute * 6) % 2) })))
  expect(figures.rssPercentPerMinute).toBeCloseTo(0, 1)
  expect(judgeSoak(10, calm, figures).missed).toEqual([])
})

test('memory that grows by two hundredths a minute is found', () => {
  const figures = figuresOf(samplesOf((minute) => ({ rssMegabytes: 200 * (1 + 0.02 * (minute - 5)) })))
  expect(figures.rssPercentPerMinute).toBeCloseTo(2)
  expect(judgeSoak(10, calm, figures).missed).toEqual(['memory grows'])
})

test('an outbox whose age rises is found, and one that was old for a moment is not', () => {
  const rising = figuresOf(samplesOf((minute) => ({ outboxAgeSeconds: minute })))
  expect(judgeSoak(10, calm, rising).missed).toEqual(['the outbox grows older'])
  const once = figuresOf(samplesOf((minute) => ({ outboxAgeSeconds: minute === 9 ? 30 : 0 })))
  expect(judgeSoak(10, calm, once).missed).toEqual([])
})

test('a load that was not sent, or not taken, proves nothing', () => {
  const figures = figuresOf(samplesOf(() => ({})))
  expect(judgeSoak(10, { ...calm, keptUp: 0.9, refused: 3 }, figures).missed).toEqual([
    'the load was not kept up with',
    'batches were refused',
  ])
})

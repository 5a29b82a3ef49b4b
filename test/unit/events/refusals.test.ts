import { expect, test } from 'vitest'
import { Refusals } from '../../../src/events/refusals.ts'
import { ManualTime } from '../../support/manual-timer.ts'
import { factUpdated, globex } from '../../support/store-values.ts'

const giveUpAfterMs = 300_000

function newRefusals(): { refusals: Refusals; time: ManualTime; now: () => string } {
  const time = new ManualTime()
  const refusals = new Refusals({ clock: time.clock, giveUpAfterMs })
  return { refusals, time, now: () => new Date(time.clock()).toISOString() }
}

test('counts attempts from the first on, and gives up when the time is over, not before', () => {
  const { refusals, time, now } = newRefusals()
  const event = factUpdated({ emitted_at: now() })
  const firstFailedAtMs = time.clock()
  expect(refusals.note(event)).toEqual({ attempts: 1, firstFailedAtMs, isOver: false })
  time.pass(giveUpAfterMs - 1)
  expect(refusals.note(event)).toEqual({ attempts: 2, firstFailedAtMs, isOver: false })
  time.pass(1)
  expect(refusals.note(event)).toEqual({ attempts: 3, firstFailedAtMs, isOver: true })
})

test('an event that waited behind the refused one has waited as long', () => {
  const { refusals, time, now } = newRefusals()
  const [first, second] = [factUpdated({ emitted_at: now() }), factUpdated({ emitted_at: now(), fact_version: 2 })]
  refusals.note(first)
  time.pass(giveUpAfterMs)
  expect(refusals.note(first).isOver).toBe(true)
  expect(refusals.note(second)).toEqual({ attempts: 1, firstFailedAtMs: time.clock(), isOver: true })
})

test('an event that came later has its own time', () => {
  const { refusals, time, now } = newRefusals()
  refusals.note(factUpdated({ emitted_at: now() }))
  time.pass(giveUpAfterMs - 1_000)
  const later = factUpdated({ emitted_at: now(), fact_version: 2 })
  time.pass(1_000)
  expect(refusals.note(later).isOver).toBe(false)
  time.pass(giveUpAfterMs - 1_000)
  expect(refusals.note(later)).toMatchObject({ attempts: 2, isOver: true })
})

test('an event from a clock that is ahead waits no longer than others', () => {
  const { refusals, time } = newRefusals()
  const event = factUpdated({ emitted_at: '2099-01-01T00:00:00.000Z' })
  refusals.note(event)
  time.pass(giveUpAfterMs)
  expect(refusals.note(event).isOver).toBe(true)
})

test('once the bus takes a subject’s events, its time begins anew; other subjects and tenants have their own', () => {
  const { refusals, time, now } = newRefusals()
  const event = factUpdated({ emitted_at: now() })
  refusals.note(event)
  time.pass(giveUpAfterMs)
  expect(refusals.note(factUpdated({ tenant: globex, emitted_at: event.emitted_at })).isOver).toBe(false)
  expect(refusals.note(factUpdated({ subject_key: 'other', emitted_at: event.emitted_at })).isOver).toBe(false)
  refusals.forget(event)
  expect(refusals.note(event)).toMatchObject({ attempts: 1, isOver: false })
})

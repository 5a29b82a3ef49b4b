import { expect, test } from 'vitest'
import { type PlaceLimits, Places } from '../../../src/load/places.ts'
import { namedTenants } from '../../support/named-tenants.ts'

const { ours, theirs, third } = namedTenants('ours', 'theirs', 'third')

function opened(limits: Partial<PlaceLimits> = {}): Places {
  return new Places({ atOnce: 3, reserved: 1, ...limits })
}

test('one tenant alone may have all places, but for the reserve', () => {
  const places = opened()
  const taken = [places.take(ours), places.take(ours), places.take(ours)]
  expect(taken.every((place) => place !== undefined)).toBe(true)
  expect(places.take(ours)).toBeUndefined()
  expect(places.taken).toBe(3)
})

test('whoever has all of them keeps out nobody who has none', () => {
  const places = opened()
  for (let place = 0; place < 3; place += 1) places.take(ours)
  expect(places.take(theirs)).toBeDefined()
  expect(places.take(theirs)).toBeUndefined()
  expect(places.take(third)).toBeUndefined()
})

test('a place that is given back is free again, once', () => {
  const places = opened({ atOnce: 1, reserved: 0 })
  const giveBack = places.take(ours)
  expect(places.take(theirs)).toBeUndefined()
  giveBack?.()
  giveBack?.()
  expect(places.taken).toBe(0)
  expect(places.take(theirs)).toBeDefined()
  expect(places.take(ours)).toBeUndefined()
})

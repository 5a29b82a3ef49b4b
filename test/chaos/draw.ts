import { seededRandom } from '../support/seeded-random.ts'

/** A whole number from 0 to below the given one. */
export type Draw = (below: number) => number

/** Each part of a plan draws for itself, so that a change of one leaves the others as they are. */
export function drawing(seed: number, part: number): Draw {
  const random = seededRandom(Math.imul(seed, 0x9e3779b1) + Math.imul(part, 0x85ebca6b))
  return (below) => Math.floor(random() * below)
}

export function drawOne<Value>(draw: Draw, values: readonly Value[]): Value {
  const value = values[draw(values.length)]
  if (value === undefined) throw new RangeError('nothing to draw from')
  return value
}

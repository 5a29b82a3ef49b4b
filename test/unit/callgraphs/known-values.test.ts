import { expect, test } from 'vitest'
import { KnownValues } from '../../../src/callgraphs/formats/known-values.ts'

/** All of one hash, as somebody would post them who wants searches to be long. */
const oneHash = 12345

const textOf = (number: number) => Buffer.from(`"id-${number}"`)
const hashOf = (number: number) => Math.imul(number + 1, 0x9e3779b1)

function found(values: KnownValues, bytes: Buffer, hash: number, start = 0): number {
  const entry = values.find(bytes, start, hash)
  return entry === -1 ? -1 : values.numberOf(entry)
}

test('what was kept is found by its bytes, however much there is', () => {
  const values = new KnownValues()
  for (let number = 0; number < 5_000; number += 2) values.keep(textOf(number), hashOf(number), number)
  const numbers = Array.from({ length: 5_000 }, (_, number) => found(values, textOf(number), hashOf(number)))
  for (const [number, kept] of numbers.entries()) expect(number % 2 === 0 ? [-1, number] : [-1]).toContain(kept)
  expect(numbers.filter((number) => number !== -1).length).toBeGreaterThan(2_400)
})

test('two values of one hash are two, and of many only a few are remembered', () => {
  const values = new KnownValues()
  for (let number = 0; number < 1_000; number += 1) values.keep(textOf(number), oneHash, number)
  const numbers = Array.from({ length: 1_000 }, (_, number) => found(values, textOf(number), oneHash))
  expect(numbers.slice(0, 2)).toEqual([0, 1])
  expect(numbers.filter((number) => number !== -1).length).toBeLessThan(20)
  for (const [number, kept] of numbers.entries()) expect([-1, number]).toContain(kept)
})

test('a value is found where all of it stands, and not where its beginning does', () => {
  const values = new KnownValues()
  const bytes = Buffer.from('[{"a":1}, {"a":12}]')
  values.keep(Buffer.from('{"a":1}'), oneHash, 7)
  expect(found(values, bytes, oneHash, 1)).toBe(7)
  expect(values.lengthOf(values.find(bytes, 1, oneHash))).toBe(7)
  expect(found(values, bytes, oneHash, 10)).toBe(-1)
  expect(found(values, bytes.subarray(0, 7), oneHash, 1)).toBe(-1)
})

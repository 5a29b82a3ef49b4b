import { expect, test } from 'vitest'
import { KnownIds } from '../../../src/callgraphs/formats/known-ids.ts'

/** All of one hash, as somebody would post them who wants searches to be long. */
const oneHash = 12345

function idsOf(count: number) {
  const bytes = Buffer.from(
    Array.from({ length: count }, (_, number) => `id-${String(number).padStart(6, '0')}`).join(''),
  )
  return { bytes, startOf: (number: number) => number * 9 }
}

test('what was kept is found by its bytes, however many there are', () => {
  const ids = new KnownIds()
  const { bytes, startOf } = idsOf(5_000)
  const hashOf = (number: number) => Math.imul(number + 1, 0x9e3779b1)
  for (let number = 0; number < 5_000; number += 2)
    ids.keep(bytes, startOf(number), startOf(number + 1), hashOf(number), number)
  const found = Array.from({ length: 5_000 }, (_, number) =>
    ids.find(bytes, startOf(number), startOf(number + 1), hashOf(number)),
  )
  for (const [number, node] of found.entries()) expect(number % 2 === 0 ? [-1, number] : [-1]).toContain(node)
  expect(found.filter((node) => node !== -1).length).toBeGreaterThan(2_400)
})

test('two ids of one hash are two, and of many only a few are remembered', () => {
  const ids = new KnownIds()
  const { bytes, startOf } = idsOf(1_000)
  for (let number = 0; number < 1_000; number += 1)
    ids.keep(bytes, startOf(number), startOf(number + 1), oneHash, number)
  const found = Array.from({ length: 1_000 }, (_, number) =>
    ids.find(bytes, startOf(number), startOf(number + 1), oneHash),
  )
  expect(found.slice(0, 2)).toEqual([0, 1])
  expect(found.filter((node) => node !== -1).length).toBeLessThan(20)
  for (const [number, node] of found.entries()) expect([-1, number]).toContain(node)
})

test('the beginning of an id that is known is not known', () => {
  const ids = new KnownIds()
  const bytes = Buffer.from('abcdef')
  ids.keep(bytes, 0, 6, oneHash, 7)
  expect(ids.find(bytes, 0, 5, oneHash)).toBe(-1)
  expect(ids.find(bytes, 0, 6, oneHash)).toBe(7)
})

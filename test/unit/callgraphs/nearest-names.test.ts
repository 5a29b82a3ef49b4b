import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { editDistance } from '../../../src/callgraphs/edit-distance.ts'
import { nearestNames, ownName } from '../../../src/callgraphs/nearest-names.ts'
import { tinyGraphIndex } from '../../support/tiny-graph.ts'

const index = tinyGraphIndex({
  nodes: [
    'acme.shop.Cart:total(int)',
    'acme.shop.Cart:totals(int)',
    'acme.shop.Order:total(int)',
    'acme.shop.Order:cancel()',
    '(*acme/shop.Cart).Empty',
    'lib/cart.js#total@4:2',
  ],
})

test.each([
  [
    'total',
    ['lib/cart.js#total@4:2', 'acme.shop.Cart:total(int)', 'acme.shop.Order:total(int)', 'acme.shop.Cart:totals(int)'],
  ],
  [
    'shop.Cart:TOTAL(int)',
    ['acme.shop.Cart:total(int)', 'acme.shop.Order:total(int)', 'lib/cart.js#total@4:2', 'acme.shop.Cart:totals(int)'],
  ],
  ['acme.shop.Order:cancle()', []],
  ['acme.shop.Order:cancell()', ['acme.shop.Order:cancel()']],
  ['(*acme/shop.Basket).Empty', ['(*acme/shop.Cart).Empty']],
  ['nothing.like.it', []],
  ['', []],
])('%j may have meant %j', (name, expected) => {
  expect([...nearestNames(index, name, 10)].sort()).toEqual([...expected].sort())
  expect(nearestNames(index, name, 1)).toHaveLength(Math.min(1, expected.length))
})

test('the one that agrees longest from its end comes first, and no more than asked for', () => {
  expect(nearestNames(index, 'x.Order:total(int)', 2)).toEqual([
    'acme.shop.Order:total(int)',
    'acme.shop.Cart:total(int)',
  ])
})

test('a name longer than any that was mistyped is compared with nothing but itself', () => {
  expect(nearestNames(index, 'x'.repeat(10_000), 5)).toEqual([])
})

test('in a large graph they are looked for in a bounded part, around where the name would stand', () => {
  const large = tinyGraphIndex({ nodes: Array.from({ length: 45_000 }, (_, number) => `p${number}.Cart:total()`) })
  expect(nearestNames(large, 'p44999.Cart:totl()', 1)).toEqual(['p44999.Cart:total()'])
})

test.each([
  ['classes/range.js#parseRange@84:13', 'parseRange'],
  ['classes/range.js#parseRange[2244,4527]', 'parseRange'],
  ['classes/range.js#(anonymous)[2244,4527]', ''],
  ['org.acme.Cart:total(int,long[])', 'total'],
  ['(*acme/shop.Cart).Total$1', 'Total$1'],
  ['slices.SortFunc[[]acme/shop.entry]', 'SortFunc'],
  ['autopep8.FixPEP8.fix_e101', 'fix_e101'],
  ['acme/shop/cart.go:12:*Cart.Total', 'Total'],
])('the own name of %s is %j', (id, expected) => {
  expect(ownName(id)).toBe(expected)
})

describe('the edit distance', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 8 })

  test('is what a full table gives, wherever that is within the bound', () => {
    fc.assert(
      fc.property(text, text, fc.nat(4), (one, other, bound) => {
        const full = fullTable(one, other)
        expect(editDistance(one, other, bound)).toBe(full > bound ? undefined : full)
      }),
      { numRuns: 1000 },
    )
  })
})

function fullTable(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, column) => column)
  for (let line = 1; line <= one.length; line += 1) {
    const next = [line]
    for (let column = 1; column <= other.length; column += 1) {
      const change = one[line - 1] === other[column - 1] ? 0 : 1
      next.push(Math.min(row[column - 1]! + change, row[column]! + 1, next[column - 1]! + 1))
    }
    row = next
  }
  return row[other.length]!
}

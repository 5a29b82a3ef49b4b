import { expect, test } from 'vitest'
import { nearestNames } from '../../../src/callgraphs/nearest-names.ts'
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

import { expect, test } from 'vitest'
import { readGoLiteral } from '../../../src/callgraphs/formats/go-literal.ts'
import { goNameParts, javaNameParts, pythonNameParts } from '../../../src/callgraphs/symbol-parts.ts'

test.each([
  ['acme/shop.main', 'acme/shop', 'main'],
  ['(*acme/shop.Cart).Total$1', '(*acme/shop.Cart)', 'Total$1'],
  ['(acme/shop.Cart).Total$bound', '(acme/shop.Cart)', 'Total$bound'],
  ['gopkg.in/yaml.v2.Unmarshal', 'gopkg.in/yaml.v2', 'Unmarshal'],
  ['slices.SortFunc[[]a/b.C, a/b.C]', 'slices', 'SortFunc[[]a/b.C, a/b.C]'],
  ['(*a.Map[func(b.K) b.V]).Get', '(*a.Map[func(b.K) b.V])', 'Get'],
  ['acme/shop.init#1', 'acme/shop', 'init#1'],
  ['main', undefined, 'main'],
  ['(unclosed', undefined, '(unclosed'],
  ['acme/shop.', undefined, 'acme/shop.'],
  ['.main', undefined, '.main'],
])('Go: %s', (id, namespace, name) => {
  expect(goNameParts(id)).toEqual({ ...(namespace && { namespace }), name })
})

test.each([
  ['acme.shop.Cart:total(int,java.lang.String[])', 'acme.shop.Cart', 'total(int,java.lang.String[])'],
  ['acme.Cart$Item:<init>()', 'acme.Cart$Item', '<init>()'],
  ['acme.Cart:', undefined, 'acme.Cart:'],
  [':total()', undefined, ':total()'],
])('Java: %s', (id, namespace, name) => {
  expect(javaNameParts(id)).toEqual({ namespace, name })
})

test.each([
  ['autopep8.FixPEP8.fix', 'autopep8', 'FixPEP8.fix'],
  ['autopep8.main', 'autopep8', 'main'],
  ['a.b._Hidden.__init__', 'a.b', '_Hidden.__init__'],
  ['a.b.<lambda1>', 'a.b', '<lambda1>'],
  ['<builtin>.len', '<builtin>', 'len'],
  ['autopep8', undefined, 'autopep8'],
])('Python: %s', (id, namespace, name) => {
  expect(pythonNameParts(id)).toEqual({ ...(namespace && { namespace }), name })
})

test.each([
  ['"a.b" ', 'a.b', 5],
  [String.raw`"a\"\\\t\u00e9\U0001F600"`, 'a"\\\té😀', 25],
  [String.raw`"\xc3\xa9\101"`, 'éA', 14],
])('a Go literal: %s', (literal, text, end) => {
  expect(readGoLiteral(literal, 0)).toEqual({ text, end })
})

test.each([
  'a',
  '"a',
  String.raw`"\q"`,
  String.raw`"\xff"`,
  String.raw`"\ud800"`,
  String.raw`"\U00110000"`,
  String.raw`"\477"`,
  '"\\',
])('no Go literal: %s', (literal) => {
  expect(readGoLiteral(literal, 0)).toBeUndefined()
})

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '../..')
const page = readFileSync(join(root, 'docs/adr/0023-threats-and-the-tests-that-show-them-met.md'), 'utf8')

interface NamedTest {
  readonly file: string
  readonly title: string
}

interface Threat {
  readonly number: number
  readonly kind: string
  readonly tests: readonly NamedTest[]
}

function threatsOf(text: string): Threat[] {
  return [...text.matchAll(/^\| (\d+) \| ([A-Z]) \| (.*) \|$/gm)].map(([, number, kind = '', rest = '']) => ({
    number: Number(number),
    kind,
    tests: testsIn(rest.split(' | ').at(-1) ?? ''),
  }))
}

function testsIn(text: string): NamedTest[] {
  return [...text.matchAll(/`(test\/[^`]+)`: \*([^*]+)\*/g)].map(([, file = '', title = '']) => ({ file, title }))
}

/** As a test is named in its source: at the beginning of a call, or first in a row of a table of tests. */
function isThere({ file, title }: NamedTest): boolean {
  if (!existsSync(join(root, file))) return false
  const source = readFileSync(join(root, file), 'utf8')
  const calls = source.replaceAll(/([([])\s+/g, '$1')
  return ['(', '['].some(
    (opening) => calls.includes(`${opening}'${title}'`) || calls.includes(`${opening}\`${title}\``),
  )
}

const threats = threatsOf(page)

test('threats are numbered, of every kind, and each is shown met by a test', () => {
  expect(threats.map(({ number }) => number)).toEqual(threats.map((_, position) => position + 1))
  expect(new Set(threats.map(({ kind }) => kind))).toEqual(new Set('STRIDE'))
  expect(threats.filter(({ tests }) => tests.length === 0)).toEqual([])
})

test('every test that the page names is there, under its title', () => {
  const named = testsIn(page)
  expect(named.length).toBeGreaterThanOrEqual(threats.length)
  expect(named.filter((one) => !isThere(one))).toEqual([])
})

test('every hostile run is there for a threat', () => {
  const hostile = readdirSync(join(root, 'test/hostile')).filter((file) => file.endsWith('.test.ts'))
  const named = new Set(testsIn(page).map(({ file }) => file))
  expect(hostile.filter((file) => !named.has(`test/hostile/${file}`))).toEqual([
    // The fuzzer's own.
    'surface.test.ts',
  ])
})

describe('a page would be found out', () => {
  test.each([
    ['a file that is gone', { file: 'test/http/gone.test.ts', title: 'x' }],
    ['a title that was changed', { file: 'test/http/tokens.test.ts', title: 'nobody learns which routes are there' }],
    ['a part of a title', { file: 'test/http/tokens.test.ts', title: 'nobody learns which routes' }],
    ['a title that is only spoken of', { file: 'test/deployment/threat-model.test.ts', title: 'only spoken of' }],
  ])('that names %s', (_, named) => {
    // Spoken of here: 'only spoken of'.
    expect(isThere(named)).toBe(false)
  })

  test('in which a threat names no test', () => {
    expect(threatsOf('| 1 | S | a threat | met by hope | shown by nobody |')).toEqual([
      { number: 1, kind: 'S', tests: [] },
    ])
  })
})

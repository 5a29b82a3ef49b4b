import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EnclosingRanges, type NamedRange } from '../../../src/callgraphs/formats/enclosing-ranges.ts'
import { normalized } from '../../support/read-graph.ts'

const place = (file: string, label: string, start: number, end: number, row = start) => ({
  label,
  file,
  start: { row, column: 0 },
  end: { row, column: 9 },
  range: { start, end },
})
const native = { label: 'parse', file: 'Native', start: { row: null, column: null }, range: { start: null, end: null } }
const outer = place('/src/a.js', 'outer', 10, 90)
const inner = place('/src/a.js', 'inner', 20, 50)
const other = place('/src/lib/b.js', 'anon', 0, 99)

async function callersOf(sources: object[], options = {}): Promise<string[]> {
  const known = [outer, inner, other].map((target) => ({ source: place('/src/z.js', 'z', 1, 2), target }))
  const calls = sources.map((source) => ({ source, target: native }))
  const graph = await normalized([...known, ...calls], options)
  return [...graph.edges()].filter(({ to }) => to === 'Native#parse').map(({ from }) => from)
}

describe('the caller of a call', () => {
  test('is the innermost function around it, if it has the source’s label', async () => {
    expect(await callersOf([place('/src/a.js', 'inner', 25, 30)])).toEqual(['a.js#inner@20:0'])
    expect(await callersOf([place('/src/a.js', 'outer', 60, 70)])).toEqual(['a.js#outer@10:0'])
    expect(await callersOf([place('/src/a.js', 'inner', 20, 50)])).toEqual(['a.js#inner@20:0'])
  })

  test('is not a function further out, nor one of another file', async () => {
    expect(await callersOf([place('/src/a.js', 'outer', 25, 30)])).toEqual(['a.js#outer'])
    expect(await callersOf([place('/src/z.js', 'anon', 25, 30)])).toEqual(['z.js#anon'])
  })

  test('is the top level of the file for the label global', async () => {
    expect(await callersOf([place('/src/a.js', 'global', 95, 99)])).toEqual(['a.js#global@1:0'])
    expect(await callersOf([place('/src/a.js', 'global', 25, 30)])).toEqual(['a.js#global@1:0'])
  })

  test('loses the root that is named', async () => {
    expect(await callersOf([place('/src/a.js', 'outer', 60, 70)], { root: '/' })).toEqual(['src/a.js#outer@10:0'])
  })
})

test('nodes say their file, label and line; natives have neither file nor line', async () => {
  const { nodes } = await normalized([
    { source: place('/src/a.js', 'outer', 60, 70), target: native },
    { source: place('/src/b.js', 'x', 1, 2), target: outer },
  ])
  expect(nodes).toMatchObject([
    { id: 'Native#parse', namespace: 'Native', name: 'parse' },
    { id: 'a.js#outer@10:0', namespace: 'a.js', name: 'outer', file: 'a.js', line: 10 },
    { id: 'b.js#x', namespace: 'b.js', name: 'x', file: 'b.js' },
  ])
  expect(nodes[0]).not.toHaveProperty('file')
})

test('the place of the call is evidence', async () => {
  const graph = await normalized([{ source: place('/src/a.js', 'f', 60, 70, 7), target: native }])
  expect([...graph.edges()]).toMatchObject([{ kind: 'static', type: 'call', evidence: ['a.js@7:0'] }])
})

describe('innermost range', () => {
  const range = fc
    .tuple(fc.nat(40), fc.nat(40), fc.constantFrom('a', 'b', 'c'))
    .map(([from, length, id]): NamedRange => ({ start: from, end: from + length, id }))

  test('is what looking at every range finds, whether they nest or overlap', () => {
    fc.assert(
      fc.property(fc.array(range, { maxLength: 40 }), fc.nat(50), fc.nat(20), (ranges, start, length) => {
        const end = start + length
        const around = ranges.filter((candidate) => candidate.start <= start && candidate.end >= end)
        const [innermost] = around.toSorted((x, y) => y.start - x.start || x.end - y.end || (x.id < y.id ? -1 : 1))
        expect(new EnclosingRanges(ranges).innermost(start, end)).toEqual(innermost)
      }),
      { numRuns: 1000 },
    )
  })
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { buildGraphIndex } from '../../../src/callgraphs/build-graph-index.ts'
import { compareUtf8 } from '../../../src/callgraphs/graph-index-layout.ts'
import { GraphIndexFormatError, openGraphIndex } from '../../../src/callgraphs/open-graph-index.ts'
import { compareOrdinal } from '../../../src/lib/ordinal.ts'
import { indexOf, normalized } from '../../support/read-graph.ts'

const nodes = [
  { id: 'a', symbolKey: 'shared' },
  { id: 'b', symbolKey: 'shared' },
  { id: 'c', symbolKey: 'a', symbolId: 'sym:x:1' },
  { id: 'd', symbolKey: 'only', symbolId: 'sym:x:2' },
  { id: 'e', symbolId: 'sym:x:2' },
  { id: 'sym:x:1' },
]

describe('a name', () => {
  test('is looked for as id, then symbolKey, then symbolId: the first kind with any match decides', async () => {
    const index = indexOf(await normalized({ nodes }))
    expect(index.resolve('a')).toEqual({ kind: 'node', node: 0 })
    expect(index.resolve('only')).toEqual({ kind: 'node', node: 3 })
    expect(index.resolve('sym:x:1')).toEqual({ kind: 'node', node: 5 })
    expect(index.resolve('shared')).toEqual({ kind: 'ambiguous' })
    expect(index.resolve('sym:x:2')).toEqual({ kind: 'ambiguous' })
    expect(index.resolve('f')).toEqual({ kind: 'absent' })
    expect(index.resolve('')).toEqual({ kind: 'absent' })
  })

  test('that is the symbolKey of one node and the symbolId of another is the first one’s', async () => {
    const told = [
      { id: 'p', symbolId: 'sym:x:3' },
      { id: 'q', symbolKey: 'sym:x:3' },
    ]
    expect(indexOf(await normalized({ nodes: told })).resolve('sym:x:3')).toEqual({ kind: 'node', node: 1 })
  })

  test('is found whatever was looked for before it', async () => {
    const ids = Array.from({ length: 60 }, (_, number) => `n${String(number * 2).padStart(3, '0')}`)
    const index = indexOf(await normalized({ nodes: ids }))
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1, max: 121 }), { maxLength: 40 }), (numbers) => {
        for (const number of numbers) {
          const node = ids.indexOf(`n${String(number).padStart(3, '0')}`)
          const found = index.resolve(`n${String(number).padStart(3, '0')}`)
          expect(found).toEqual(node === -1 ? { kind: 'absent' } : { kind: 'node', node })
        }
      }),
    )
  })

  test('of a computed symbolId finds its node', async () => {
    const graph = await normalized({ nodes: ['x', 'y', 'z'] })
    for (const [node, { symbolId }] of graph.nodes.entries()) {
      expect(indexOf(graph).resolve(symbolId)).toEqual({ kind: 'node', node })
    }
  })
})

test('nodes are numbered in the order of UTF-16 code units, which is not that of their bytes', async () => {
  const index = indexOf(await normalized({ nodes: ['\uffee', '\u{1f600}', '\ue000', 'z'] }))
  expect([0, 1, 2, 3].map((node) => index.idOf(node))).toEqual(['z', '\u{1f600}', '\ue000', '\uffee'])
  expect(index.resolve('\u{1f600}')).toEqual({ kind: 'node', node: 1 })
})

test('comparing bytes is comparing texts', () => {
  const text = fc.string({
    unit: fc.constantFrom('a', 'b', '\u00e9', '\u07ff', '\ud7ff', '\ue000', '\uffff', '\u{10000}', '\u{10ffff}'),
    maxLength: 5,
  })
  fc.assert(
    fc.property(text, text, (left, right) => {
      const bytes = Buffer.from(`before${left}behind`)
      const part = { begin: 6, end: bytes.byteLength - 6 }
      expect(Math.sign(compareUtf8(bytes, part, Buffer.from(right)))).toBe(compareOrdinal(left, right))
    }),
    { numRuns: 2000 },
  )
})

test('each entry point stands once, with its strongest source', async () => {
  const roots = [
    { id: 'b', kind: 'http', source: 'guessed' },
    { id: 'b', kind: 'main', source: 'inferred' },
    { id: 'a', source: 'guessed' },
    { id: 'c', kind: 'http', source: 'declared' },
    { id: 'c', kind: 'main', source: 'guessed' },
  ]
  expect(indexOf(await normalized({ nodes: ['a', 'b', 'c'], roots })).entryPoints).toEqual([
    { node: 0, source: 'guessed' },
    { node: 1, source: 'inferred' },
    { node: 2, source: 'declared' },
  ])
})

test('an index works on a shared buffer', async () => {
  const bytes = buildGraphIndex(await normalized({ nodes, edges: [{ from: 'a', to: 'b' }] }, { closedWorld: true }))
  const shared = new SharedArrayBuffer(bytes.byteLength)
  new Uint8Array(shared).set(bytes)
  const index = openGraphIndex(shared)
  expect(index).toMatchObject({ closedWorld: true, nodeCount: 6, linkCount: 1, byteLength: bytes.byteLength })
  expect(index.resolve('only')).toEqual({ kind: 'node', node: 3 })
  expect(index.idOf(5)).toBe('sym:x:1')
})

test.each([
  ['nothing', (bytes: Uint8Array) => bytes.slice(0, 0)],
  ['a piece', (bytes: Uint8Array) => bytes.slice(0, -4)],
  ['something longer', (bytes: Uint8Array) => Uint8Array.from([...bytes, 0, 0, 0, 0])],
  ['something else', (bytes: Uint8Array) => bytes.fill(0, 0, 4)],
  ['another format', (bytes: Uint8Array) => bytes.fill(99, 4, 5)],
])('%s is no index', async (_what, spoil) => {
  const bytes = spoil(buildGraphIndex(await normalized({ nodes })))
  const buffer = new ArrayBuffer(bytes.byteLength)
  new Uint8Array(buffer).set(bytes)
  expect(() => openGraphIndex(buffer)).toThrow(GraphIndexFormatError)
})

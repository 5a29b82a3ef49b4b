import { describe, expect, test } from 'vitest'
import { madeGraph } from '../../support/made-graphs.ts'
import { normalized, readGraph, refusalOf } from '../../support/read-graph.ts'

const rich = (rest: object = {}) => ({
  schema: 'richgraph-v1',
  nodes: [{ id: 'a', symbol_id: 'sym:go:a', lang: 'go', display: 'A' }],
  edges: [],
  roots: [],
  ...rest,
})
const edge = (members: object) => rich({ edges: [{ from: 'a', to: 'b', ...members }] })

async function onlyEdge(members: object) {
  const [first] = (await normalized(edge(members))).edges()
  return first
}

describe('nodes', () => {
  test('keep every identity that the analyser gives them', async () => {
    const { nodes } = await normalized(madeGraph('callgraphs/richgraph/shop.json'), { language: 'binary' })
    expect(nodes.find(({ id }) => id === 'sym:binary:load')).toEqual({
      id: 'sym:binary:load',
      symbolId: 'sym:binary:load',
      symbolKey: 'shop::load(char const*)',
      name: 'shop::load(char const*)',
      kind: 'function',
      language: 'binary',
      purl: 'pkg:deb/acme/shop@1.0.0',
      codeId: 'code:binary:c2hvcA',
      buildId: 'gnu-build-id:5f0c7127',
      symbolDigest: `sha256:${'2'.repeat(64)}`,
      attributes: { section: '.text' },
    })
  })

  test('are named by symbol_id where they have no id, and compute a symbol id where they tell none', async () => {
    const { nodes } = await normalized(
      rich({
        nodes: [
          { symbol_id: 'sym:go:a', lang: 'go' },
          { id: 'b', symbol_id: 'B' },
        ],
      }),
    )
    expect(nodes).toMatchObject([
      { id: 'b', symbolId: expect.stringMatching(/^sym:node:[\w-]{43}$/) },
      { id: 'sym:go:a', symbolId: 'sym:go:a', language: 'go' },
    ])
  })

  test('that an edge alone names are external, and keep what edges tell of them', async () => {
    const edges = [
      { from: 'a', to: ' b ', purl: 'pkg:npm/y@2' },
      { from: 'a', to: 'b', purl: 'pkg:npm/y@1', symbol_digest: 'sha256:0' },
      { from: 'a', to: 'a', purl: 'pkg:npm/a@1' },
      { from: 'a', to: 'c', purl: 'pkg:unknown' },
    ]
    const graph = await normalized(rich({ edges }))
    expect(graph).toMatchObject({ externalCount: 2, dropped: { duplicateNodes: 0 } })
    const [a, b, c] = graph.nodes
    expect(a).not.toHaveProperty('purl')
    expect(b).toMatchObject({ id: 'b', kind: 'external', purl: 'pkg:npm/y@1', symbolDigest: 'sha256:0' })
    expect(c).not.toHaveProperty('purl')
  })

  test('may come behind the edges that tell of them', async () => {
    const { nodes, edges } = rich({ edges: [{ from: 'a', to: 'a', purl: 'pkg:npm/y@1' }] })
    expect(await normalized({ schema: 'richgraph-v1', edges, nodes })).toMatchObject({ externalCount: 0 })
  })
})

describe('edges', () => {
  test.each(['call', 'import', 'inherit', 'reference'])('of kind %s are of that type', async (kind) => {
    expect(await onlyEdge({ kind })).toMatchObject({ kind: 'static', type: kind, isResolved: true })
  })

  test('of any other kind are calls, and the word for it is evidence', async () => {
    expect(await onlyEdge({ kind: 'virtual', evidence: ['reloc'] })).toMatchObject({
      type: 'call',
      evidence: ['reloc', 'virtual'],
    })
    expect(await onlyEdge({})).not.toHaveProperty('evidence')
  })

  test('with candidates, or to a callee of unknown origin, are not resolved', async () => {
    expect(await onlyEdge({ candidates: ['pkg:b', 'pkg:a'] })).toMatchObject({
      isResolved: false,
      candidates: ['pkg:a', 'pkg:b'],
    })
    expect(await onlyEdge({ purl: 'pkg:unknown' })).toMatchObject({ isResolved: false })
    expect(await onlyEdge({ purl: 'pkg:npm/y@1', candidates: [] })).toMatchObject({ isResolved: true })
  })
})

describe('entry points', () => {
  test('are the roots, declared, of the kind that their source or phase names', async () => {
    const { entryPoints } = await normalized(madeGraph('callgraphs/richgraph/shop.json'), { language: 'binary' })
    expect(entryPoints).toEqual([
      { nodeId: 'sym:binary:init', kind: 'init', phase: 'init', source: 'declared' },
      { nodeId: 'sym:binary:main', kind: 'main', phase: 'runtime', source: 'declared' },
    ])
    expect((await normalized(rich({ roots: ['a', { symbol_id: 'z' }] }))).entryPoints).toEqual([
      { nodeId: 'a', kind: 'unknown', source: 'declared' },
      { nodeId: 'z', kind: 'unknown', source: 'declared' },
    ])
  })

  test('are what is named main where there is no root', async () => {
    const nodes = [
      { id: 'a', display: 'main' },
      { id: 'b', display: 'Main' },
    ]
    expect((await normalized(rich({ nodes }))).entryPoints).toEqual([{ nodeId: 'a', kind: 'main', source: 'inferred' }])
  })
})

describe('a graph larger than what is looked at first', () => {
  const many = Array.from({ length: 60_000 }, (_, number) => ({
    id: `function number ${number}`,
    symbol_id: `s${number}`,
    lang: 'go',
  }))

  test('is told by its records, since canonical JSON writes the schema last', async () => {
    expect((await readGraph({ nodes: many, schema: 'richgraph-v1' })).format).toBe('richgraph-v1')
    const edges = many.map(({ id }) => ({ confidence: 0.5, from: id, kind: 'call', to: 'callee' }))
    expect((await readGraph({ analyzer: {}, edges, nodes: many, schema: 'richgraph-v1' })).format).toBe('richgraph-v1')
  })

  test('is ours if its records are', async () => {
    const nodes = many.map(({ id }) => ({ id, language: 'go' }))
    expect((await readGraph({ nodes })).format).toBe('signals-json')
    expect((await readGraph({ schema: 'ours', nodes: many })).format).toBe('signals-json')
  })
})

describe('values that may not be so', () => {
  test.each([
    [rich({ nodes: [{}] }), 'ID_MISSING', '/nodes/0'],
    [rich({ nodes: [7] }), 'TYPE_WRONG', '/nodes/0'],
    [rich({ nodes: [{ id: 'a', symbol: 'x' }] }), 'TYPE_WRONG', '/nodes/0/symbol'],
    [rich({ nodes: [{ id: 'a', attributes: { b: 1 } }] }), 'TYPE_WRONG', '/nodes/0/attributes'],
    [rich({ nodes: [{ id: 'a', purl: 1 }] }), 'TYPE_WRONG', '/nodes/0/purl'],
    [rich({ edges: [{ from: 'a' }] }), 'ID_MISSING', '/edges/0'],
    [edge({ to: ' ' }), 'ID_EMPTY', '/edges/0/to'],
    [edge({ confidence: '1' }), 'TYPE_WRONG', '/edges/0/confidence'],
    [edge({ evidence: [1] }), 'TYPE_WRONG', '/edges/0/evidence'],
    [edge({ candidates: 'pkg:a' }), 'TYPE_WRONG', '/edges/0/candidates'],
    [rich({ roots: {} }), 'TYPE_WRONG', '/roots'],
    [rich({ roots: [{ phase: 'init' }] }), 'ID_MISSING', '/roots/0'],
  ])('%j is refused: %s at %s', async (document, code, pointer) => {
    expect(await refusalOf(document)).toMatchObject({ code: 'CALLGRAPH_INVALID', violations: [{ code, pointer }] })
  })

  test('a member twice is refused', async () => {
    const text = '{"schema":"richgraph-v1","nodes":[{"id":"a","id":"b"}]}'
    expect((await refusalOf(text)).code).toBe('CALLGRAPH_MALFORMED')
  })
})

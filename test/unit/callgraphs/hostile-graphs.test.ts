import { describe, expect, test } from 'vitest'
import { indexOf, normalized, readGraph, refusalOf } from '../../support/read-graph.ts'

const own = (...nodes: unknown[]) => ({ nodes, edges: [] })
const edge = (members: object) => ({
  nodes: ['a'],
  edges: [
    { from: 'a', to: 'b' },
    { from: 'a', to: 'b', ...members },
  ],
})

describe('values of an own graph that may not be so', () => {
  test.each([
    ['an id that is blank', own('a', ' \u00a0\ufeff'), 'ID_EMPTY', '/nodes/1/id'],
    ['a node without id', own({ name: 'a' }), 'ID_MISSING', '/nodes/0'],
    ['an id that is null everywhere', own({ id: null, nodeId: null }), 'ID_MISSING', '/nodes/0'],
    ['an id that is a number', own({ id: 7 }), 'TYPE_WRONG', '/nodes/0/id'],
    ['an id of 4,097 characters', own('x'.repeat(4097)), 'ID_TOO_LONG', '/nodes/0/id'],
    ['a node that is a number', own(7), 'TYPE_WRONG', '/nodes/0'],
    ['a node that is a list', own(['a']), 'TYPE_WRONG', '/nodes/0'],
    ['a line that is no whole number', own({ id: 'a', line: 1.5 }), 'TYPE_WRONG', '/nodes/0/line'],
    ['a line in a string', own({ id: 'a', line: '1' }), 'TYPE_WRONG', '/nodes/0/line'],
    ['attributes that are no texts', own({ id: 'a', attributes: { b: 1 } }), 'TYPE_WRONG', '/nodes/0/attributes'],
    ['a list of nodes that is none', { nodes: ['a'], edges: 'all' }, 'TYPE_WRONG', '/edges'],
    ['an edge kind that is unknown', edge({ kind: 'guess' }), 'VALUE_UNKNOWN', '/edges/1/kind'],
    ['an edge type that is unknown', edge({ type: 'jump' }), 'VALUE_UNKNOWN', '/edges/1/type'],
    ['a confidence in a string', edge({ confidence: '1' }), 'TYPE_WRONG', '/edges/1/confidence'],
    ['candidates that are no list', edge({ candidates: 'b' }), 'TYPE_WRONG', '/edges/1/candidates'],
    ['an edge without end', { nodes: ['a'], calls: [{ caller: 'a' }] }, 'ID_MISSING', '/calls/0'],
    [
      'an entry point of an unknown kind',
      { nodes: ['a'], roots: [{ id: 'a', kind: 'x' }] },
      'VALUE_UNKNOWN',
      '/roots/0/kind',
    ],
  ])('%s is refused with its pointer', async (_what, document, code, pointer) => {
    const refusal = await refusalOf(document)
    expect(refusal.code).toBe('CALLGRAPH_INVALID')
    expect(refusal.violations).toMatchObject([{ code, pointer, byteOffset: expect.any(Number) }])
  })

  test('an id of 4,096 characters is taken', async () => {
    expect((await normalized(own('x'.repeat(4096)))).nodes).toHaveLength(1)
  })
})

describe('JSON that is broken or a trap', () => {
  test.each([
    ['cut off between nodes', '{"nodes":["a",', undefined, 14],
    ['cut off inside a node', '{"nodes":["a",{"id":"b"', undefined, 23],
    ['a comma too many', '{"nodes":["a",]}', undefined, 14],
    ['text behind the end', '{"nodes":["a"]} {}', undefined, 16],
    ['a node that is no JSON', '{"nodes":["a",{"id":tru}]}', '/nodes/1/id', expect.any(Number)],
    [
      'a member twice in a node',
      '{"nodes":[{"id":"a","id":"b"}]}',
      expect.stringMatching(/^\/nodes\/0/),
      expect.any(Number),
    ],
    ['a list twice', '{"nodes":["a"],"nodes":["b"]}', '/nodes', expect.any(Number)],
    [
      'a member that reaches a prototype',
      '{"nodes":[{"id":"a","__proto__":{}}]}',
      expect.stringMatching(/^\/nodes\/0/),
      expect.any(Number),
    ],
    ['a prototype at the top', '{"nodes":["a"],"constructor":1}', '/constructor', expect.any(Number)],
    ['half of a surrogate pair', '{"nodes":["\\ud800"]}', expect.stringMatching(/^\/nodes\/0/), expect.any(Number)],
    [
      'a number beyond a double',
      '{"nodes":["a"],"edges":[{"from":"a","to":"a","confidence":1e999}]}',
      expect.stringMatching(/^\/edges\/0/),
      expect.any(Number),
    ],
  ])('%s is refused with its place', async (_what, text, pointer, byteOffset) => {
    const refusal = await refusalOf(text)
    expect(refusal.code).toBe('CALLGRAPH_MALFORMED')
    expect(refusal.violations[0]?.byteOffset).toEqual(byteOffset)
    expect(refusal.violations[0]?.pointer).toEqual(pointer)
  })

  test('nesting counts from the document: 64 is allowed, 65 is not', async () => {
    // The document, the list and the node are three; the member nests the rest.
    const nested = (depth: number) => `{"nodes":[{"id":"a","x":${'['.repeat(depth)}${']'.repeat(depth)}}]}`
    expect((await normalized(nested(61))).nodes).toHaveLength(1)
    expect((await refusalOf(nested(62))).code).toBe('CALLGRAPH_MALFORMED')
  })

  test('broken UTF-8 is refused in JSON and in text', async () => {
    const json = Buffer.from('{"nodes":["a\u00e9"]}', 'latin1')
    expect(await refusalOf(json)).toMatchObject({ code: 'CALLGRAPH_MALFORMED', violations: [{ byteOffset: 10 }] })
    const text = Buffer.from('M:a.B:c() (S)a.B:d()\nM:a.B:\u00e9() (S)a.B:d()\n', 'latin1')
    expect(await refusalOf(text)).toMatchObject({
      code: 'CALLGRAPH_MALFORMED',
      violations: [{ line: 2, byteOffset: 21 }],
    })
  })

  test('a value of a hundred megabytes is refused after sixteen', async () => {
    const refusal = await refusalOf(`{"nodes":["a",{"id":"${'x'.repeat(17 * 1024 * 1024)}"}]}`)
    expect(refusal).toMatchObject({ code: 'CALLGRAPH_MALFORMED', violations: [{ byteOffset: 14 }] })
  })
})

describe('text that is not as it began', () => {
  test.each([
    ['go-callgraph', 'a.b\t--static-1:2-->\tc.d\nhello\n', 2, 24],
    ['go-callgraph', '"a.b" "c.d"\n\n"a.b" "c.d\n', 3, 13],
    ['go-callgraph', '"a.b" "c.d"\n"a.b" "\\xff"\n', 2, 12],
    ['java-callgraph', 'C:a.B c.D\r\nM:a.B:c() (X)a.B:d()\r\n', 2, 11],
    ['java-callgraph', 'C:a.B c.D\nM:a.B:c() a.B:d()\n', 2, 10],
  ])('%s: a line of another kind is refused with its number', async (format, text, line, byteOffset) => {
    const refusal = await refusalOf(text, { format })
    expect(refusal).toMatchObject({ code: 'CALLGRAPH_MALFORMED', violations: [{ line, byteOffset }] })
  })

  test('a line without end is refused', async () => {
    const refusal = await refusalOf(`a.b\t--static-1:2-->\tc.d\n${'x'.repeat(100_000)}`)
    expect(refusal).toMatchObject({ code: 'CALLGRAPH_MALFORMED', violations: [{ line: 2 }] })
  })
})

describe('native JSON that is not as it began', () => {
  const place = { label: 'a', file: '/x/a.js', start: { row: 1, column: 0 }, range: { start: 0, end: 9 } }

  test.each([
    [[{ source: place, target: place }, 7], '/1'],
    [[{ source: place, target: place }, { source: place }], '/1/target'],
    [
      [
        { source: place, target: place },
        { source: { ...place, label: 1 }, target: place },
      ],
      '/1/label',
    ],
    [[{ source: place, target: { ...place, start: { row: -1, column: 0 } } }], '/0/row'],
    [{ a: ['b'], c: 'd' }, '/c'],
    [{ a: ['b', 7] }, '/a/1'],
  ])('%j is refused with its pointer', async (document, pointer) => {
    const format = Array.isArray(document) ? 'js-callgraph' : 'pycg'
    const text = JSON.stringify(document).replace('"c":"d"', '"c":7,"e":["f"]')
    const refusal = await readable(text, format)
    expect(refusal).toMatchObject({ violations: [{ pointer }] })
  })

  async function readable(text: string, format: string) {
    // A wrong member in the head makes it another format; only behind the head can it be met by the reader.
    const padded = format === 'pycg' ? `{"p":[${'"x",'.repeat(1_200_000)}"x"],${text.slice(1)}` : text
    return await refusalOf(padded, { format })
  }
})

describe('limits', () => {
  const limits = { maxNodes: 3, maxEdges: 2 }

  test('a node too many is refused, also one that only an edge names', async () => {
    expect((await normalized(own('a', 'b', 'c', 'a'), { limits })).nodes).toHaveLength(3)
    expect((await refusalOf(own('a', 'b', 'c', 'd'), { limits })).code).toBe('CALLGRAPH_TOO_LARGE')
    const external = { nodes: ['a', 'b', 'c'], edges: [{ from: 'a', to: 'd' }] }
    expect((await refusalOf(external, { limits })).code).toBe('CALLGRAPH_TOO_LARGE')
  })

  test('an edge too many is refused', async () => {
    const edges = [1, 2, 3].map((confidence) => ({ from: 'a', to: 'b', confidence }))
    expect((await normalized({ nodes: ['a'], edges: edges.slice(1) }, { limits })).edgeCount).toBe(1)
    expect((await refusalOf({ nodes: ['a'], edges }, { limits })).code).toBe('CALLGRAPH_TOO_LARGE')
  })
})

test('ids that are names of prototypes are ids', async () => {
  const names = ['__proto__', 'constructor', 'hasOwnProperty', 'toString']
  const graph = await normalized({ nodes: names, edges: [{ from: '__proto__', to: 'constructor' }] })
  expect(graph.nodes.map(({ id }) => id)).toEqual(names.toSorted())
  expect(indexOf(graph).resolve('valueOf')).toEqual({ kind: 'absent' })
})

test('an upload that fails in the middle fails with its own error, and its source is released', async () => {
  let isReleased = false
  async function* source() {
    try {
      yield Buffer.from('{"nodes":["a"')
      throw new RangeError('the body broke off')
    } finally {
      isReleased = true
    }
  }
  const { readCallgraph } = await import('../../../src/callgraphs/analyze-callgraph.ts')
  const options = { format: 'auto', language: 'node', declaredEntryPoints: [], closedWorld: false }
  await expect(readCallgraph({ ...options, chunks: source() })).rejects.toThrow(RangeError)
  expect(isReleased).toBe(true)
})

test('a source whose format is not recognised is released', async () => {
  let isReleased = false
  async function* source() {
    try {
      yield Buffer.alloc(5 * 1024 * 1024, 'x')
      yield Buffer.from('never asked for')
    } finally {
      isReleased = true
    }
  }
  const { readCallgraph } = await import('../../../src/callgraphs/analyze-callgraph.ts')
  const options = { format: 'auto', language: 'node', declaredEntryPoints: [], closedWorld: false }
  await expect(readCallgraph({ ...options, chunks: source() })).rejects.toMatchObject({
    code: 'CALLGRAPH_FORMAT_UNRECOGNISED',
  })
  expect(isReleased).toBe(true)
})

test('a graph of a million equal edges is one edge', async () => {
  const line = 'a.b\t--static-1:2-->\tc.d\n'
  const { graph } = await readGraph(line.repeat(200_000))
  expect(graph).toMatchObject({ edgeCount: 1, dropped: { duplicateEdges: 199_999 } })
  expect([...graph.edges()]).toMatchObject([{ evidence: ['static-1:2'] }])
})

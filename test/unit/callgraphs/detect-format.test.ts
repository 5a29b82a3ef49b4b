import { describe, expect, test } from 'vitest'
import { callgraphProblems } from '../../../src/callgraphs/callgraph-errors.ts'
import { assertKnownFormat } from '../../../src/callgraphs/formats/detect-format.ts'
import { readGraph, refusalOf } from '../../support/read-graph.ts'

const jsCall = '[{"source":{"label":"a","file":"/x/a.js"},"target":{"label":"b","file":"Native"}}]'

describe('content tells its format', () => {
  test.each([
    ['signals-json', '{"nodes":["a"]}'],
    ['signals-json', '\ufeff \n{"functions":[{"id":"a"}]}'],
    ['signals-json', '{"entrypoints":["a"],"edges":[],"nodes":["a"]}'],
    ['signals-json', '{"calls":[{"caller":"a","callee":"b"}]}'],
    ['signals-json', '{"metadata":{"a":1},"version":"1","nodes":["a"]}'],
    ['pycg', '{"a":["b"],"b":[]}'],
    ['pycg', '{"a":[]}'],
    ['pycg', '{"edges":["a"]}'],
    ['js-callgraph', jsCall],
    ['go-callgraph', '\n\na.b\t--dynamic-1:2-->\tc.d'],
    ['go-callgraph', '\ufeff"a.b" "c.d"\r\n'],
    ['java-callgraph', 'C:a.B c.D\nM:a.B:c() (S)a.B:d()\n'],
    ['java-callgraph', 'M:a.B:c(java.lang.String[],int) (D)a.B:d()\n'],
  ])('%s: %j', async (format, text) => {
    expect((await readGraph(text)).format).toBe(format)
  })

  test('members behind a long list of edges are still ours', async () => {
    const edges = Array.from({ length: 100_000 }, (_, number) => ({ from: `caller${number}`, to: 'callee' }))
    expect((await readGraph({ edges, nodes: ['a'] })).format).toBe('signals-json')
  })

  test.each([
    '{}',
    '{"hello":"world"}',
    '{"nodes":7}',
    '{"a":["b"],"c":[1]}',
    '{"a":{"b":[]}}',
    '[1,2]',
    '[{"from":"a","to":"b"}]',
    '"text"',
    '42',
    'hello',
    'a.b --static-1:2--> c.d',
    'M:a.B:c()',
    'PK\u0003\u0004',
    '"a.b"',
  ])('%j is in none of the formats, and the answer lists those', async (text) => {
    const refusal = await refusalOf(text)
    expect(refusal.code).toBe('CALLGRAPH_FORMAT_UNRECOGNISED')
    expect(callgraphProblems[refusal.code].status).toBe(415)
    expect(refusal.members['formats']).toEqual(expect.arrayContaining(['signals-json', 'pycg', 'js-callgraph']))
  })
})

test('a named format is held against the content', async () => {
  expect((await readGraph('{"nodes":["a"]}', { format: 'pycg' })).format).toBe('pycg')
  expect((await refusalOf('{"nodes":["a"]}', { format: 'go-callgraph' })).code).toBe('CALLGRAPH_FORMAT_UNRECOGNISED')
  expect((await refusalOf(jsCall, { format: 'signals-json' })).code).toBe('CALLGRAPH_FORMAT_UNRECOGNISED')
})

test('a format that nobody knows is refused before the content is looked at', async () => {
  const refusal = await refusalOf('', { format: 'dot' })
  expect(refusal.code).toBe('FORMAT_UNKNOWN')
  expect(refusal.members['formats']).toContain('go-callgraph')
  expect(() => assertKnownFormat('dot')).toThrow(/dot/)
  expect(() => assertKnownFormat('auto')).not.toThrow()
})

test.each(['', ' \n\t', '{"nodes":[]}', '{"nodes":[],"edges":[]}', '[]', 'C:a.B c.D\n'])(
  'a graph without nodes is refused: %j',
  async (text) => {
    expect((await refusalOf(text)).code).toBe('CALLGRAPH_EMPTY')
  },
)

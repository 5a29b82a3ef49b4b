import { describe, expect, test } from 'vitest'
import { maxHeadBytes, sampleContent } from '../../../src/callgraphs/formats/content-sample.ts'
import { graphFormats } from '../../../src/callgraphs/formats/graph-formats.ts'
import { madeGraph, madeGraphs } from '../../support/made-graphs.ts'
import { readGraph, refusalOf } from '../../support/read-graph.ts'
import { chunksOf, realGraphs } from '../../support/real-graphs.ts'

interface KnownGraph {
  readonly file: string
  readonly format: string
  readonly content: () => Promise<string>
}

const graphs: readonly KnownGraph[] = [
  ...realGraphs.map((real) => ({
    file: `${real.folder}/${real.file}`,
    format: real.format,
    content: async () => Buffer.concat(await Array.fromAsync(chunksOf(real))).toString('utf8'),
  })),
  ...madeGraphs.map(({ file, format }) => ({ file, format, content: async () => madeGraph(file) })),
]

async function recognisers(content: string): Promise<string[]> {
  const sample = sampleContent(Buffer.from(content).subarray(0, maxHeadBytes))
  return graphFormats.filter((format) => format.recognises(sample)).map(({ name }) => name)
}

describe.each(graphs)('$file', ({ format, content }) => {
  test('is taken for its own format, by what it holds', async () => {
    expect((await recognisers(await content()))[0]).toBe(format)
  })

  test('is taken for no other, but for lists that our own shape has too', async () => {
    const ours = ['richgraph-v1', 'jelly'].includes(format) ? ['signals-json'] : []
    const others = (await recognisers(await content())).slice(1)
    expect(others.filter((name) => !ours.includes(name))).toEqual([])
  })

  test('is refused under the name of another', async () => {
    const text = await content()
    const known = await recognisers(text)
    const [stranger = ''] = graphFormats.map(({ name }) => name).filter((name) => !known.includes(name))
    expect((await refusalOf(text, { format: stranger })).code).toBe('CALLGRAPH_FORMAT_UNRECOGNISED')
  })
})

test('every format has a graph here, our own apart', () => {
  const known = new Set(graphs.map(({ format }) => format))
  expect(graphFormats.map(({ name }) => name).filter((name) => !known.has(name))).toEqual(['signals-json'])
})

describe('small contents', () => {
  test.each([
    ['fasten', '{"product":"a","forge":"mvn","cha":{"internalTypes":{"/a/B":{"methods":{"0":{"uri":"/a/B.c()V"}}}}}}'],
    ['fasten', '{"graph":{},"modules":{"internal":{"/a/":{"namespaces":{"0":{"namespace":"/a/"}}}}}}'],
    ['fasten', '{"call-sites":[],"cha":{"/a/B":{"methods":{"0":"/a/B.c()V"}}}}'],
    ['jelly', '{"files":["a.js"],"functions":{"0":"0:1:1:2:2"}}'],
    ['jelly', '{"files":["a.js"],"functions":["0:1:1:2:2"],"calls":[]}'],
    ['signals-json', '{"files":["a.js"],"functions":["a:b"]}'],
    ['signals-json', '{"functions":["0:1:1:2:2"]}'],
    ['signals-json', '{"schema":"signals.callgraph.v1","nodes":[{"id":"a","symbol_id":"b","lang":"go"}]}'],
    ['signals-json', '{"nodes":[{"symbol_id":"b","lang":"go"}]}'],
    ['richgraph-v1', '{"nodes":[{"symbol_id":"b","lang":"go"}],"schema":"richgraph-v1"}'],
    ['union-ndjson', '{"symbol_id":"b","lang":"go"}'],
    ['union-ndjson', '{"from":"b","to":"c","edge_type":"call"}\n{"symbol_id":"b","lang":"go"}'],
    ['union-ndjson', '{"schema":"reachability-union@0.1","entry_points":["b"]}\n{"symbol_id":"b","lang":"go"}'],
    ['pycg', '{"cha":["b"],"graph":[]}'],
    ['pycg', '{"files":["b"],"fun2fun":["c"]}'],
  ])('%s: %s', async (format, text) => {
    expect((await readGraph(text)).format).toBe(format)
  })

  test.each([
    '{"cha":{}}',
    '{"product":"a","forge":"b"}',
    '{"modules":{"a":"b"}}',
    '{"files":[1],"functions":{}}',
    '{"symbol_id":"a","hit_count":1}',
    '{"symbolId":"a","hitCount":1}',
    '{"from":"alice","to":"bob"}',
    '{"schema":"x"}',
  ])('%s is in none of the formats', async (text) => {
    const refusal = await refusalOf(text)
    expect(refusal.code).toBe('CALLGRAPH_FORMAT_UNRECOGNISED')
    expect(refusal.members['formats']).toEqual(
      expect.arrayContaining(['fasten', 'jelly', 'richgraph-v1', 'union-ndjson']),
    )
  })
})

describe('members in alphabetical order, and the first of them larger than what is looked at', () => {
  const numbers = Array.from({ length: 400_000 }, (_, at) => [at % 2, 0])

  test.each([
    [
      'fasten',
      {
        'call-sites': numbers.map(([from, to]) => [String(from), String(to), {}]),
        cha: { internalTypes: { '/a/B': { methods: { 0: { uri: '/a/B.c()V' }, 1: { uri: '/a/B.d()V' } } } } },
      },
    ],
    [
      'jelly',
      {
        call2fun: [],
        files: ['a.js'],
        fun2fun: numbers.concat(numbers),
        functions: { 0: '0:1:1:9:1', 1: '0:2:1:3:2' },
      },
    ],
  ])('%s', async (format, document) => {
    const read = await readGraph(document)
    expect(read.format).toBe(format)
    expect(read.graph).toMatchObject({ edgeCount: 2, externalCount: 0 })
  })
})

import { describe, expect, test } from 'vitest'
import { hashCallgraph } from '../../../src/callgraphs/graph-hash.ts'
import { madeGraph } from '../../support/made-graphs.ts'
import { normalized, refusalOf } from '../../support/read-graph.ts'

const node = (symbol: string, rest: object = {}) => ({ symbol_id: symbol, lang: 'java', ...rest })
const meta = (rest: object = {}) => ({ schema: 'reachability-union@0.1', produced_by: { tool: 'x' }, ...rest })
const lines = (...records: unknown[]) => records.map((record) => JSON.stringify(record)).join('\n')

describe('one stream of records', () => {
  test('is a graph', async () => {
    const graph = await normalized(madeGraph('callgraphs/union/shop.ndjson'), { language: 'java' })
    expect(graph).toMatchObject({ edgeCount: 3, externalCount: 1, closedWorld: false })
    expect(graph.nodes[0]).toEqual({
      id: 'sym:java:shop',
      symbolId: 'sym:java:shop',
      symbolKey: 'acme.Shop.cart()',
      name: 'acme.Shop.cart()',
      kind: 'method',
      language: 'java',
      purl: 'pkg:maven/acme/shop@1.0.0',
      attributes: { framework: 'spring' },
    })
    expect(graph.entryPoints).toEqual([
      { nodeId: 'sym:java:shop', kind: 'http', route: 'GET /cart', source: 'declared' },
    ])
  })

  test('in any order, with blank lines, CRLF, a byte order mark and no last line feed, is the same graph', async () => {
    const text = madeGraph('callgraphs/union/shop.ndjson')
    const hash = hashCallgraph(await normalized(text, { language: 'java' }))
    const turned = `\ufeff${text.trim().split('\n').toReversed().join('\r\n \r\n')}`
    expect(hashCallgraph(await normalized(turned, { language: 'java' }))).toBe(hash)
  })

  test('may say that its world is closed, as the request may', async () => {
    const open = lines(meta(), node('a'))
    expect((await normalized(lines(meta({ closed_world: true }), node('a')))).closedWorld).toBe(true)
    expect((await normalized(open)).closedWorld).toBe(false)
    expect((await normalized(open, { closedWorld: true })).closedWorld).toBe(true)
  })

  test('has one meta record: a second one could close a world that the first left open', async () => {
    const refusal = await refusalOf(lines(meta(), node('a'), meta({ closed_world: true })))
    expect(refusal).toMatchObject({ code: 'CALLGRAPH_INVALID', violations: [{ code: 'META_REPEATED', line: 3 }] })
  })

  test('starts at what is displayed as main, if its meta declares nothing', async () => {
    const { entryPoints } = await normalized(lines(node('a', { display: 'main' }), node('b')))
    expect(entryPoints).toEqual([{ nodeId: 'a', kind: 'main', source: 'inferred' }])
  })

  test('calls an edge of a type that we do not have a call', async () => {
    const [edge] = (await normalized(lines({ from: 'a', to: 'b', edge_type: 'plt' }, node('a')))).edges()
    expect(edge).toMatchObject({ type: 'call', evidence: ['plt'], confidence: 1 })
  })
})

describe('lines that are not as the first', () => {
  const first = lines(node('a'))
  const offset = first.length + 1
  const anywhere: unknown = expect.any(String)

  test.each([
    ['{"symbol_id":"b","hit_count":3,"lang":"java"}', 'CALLGRAPH_MALFORMED', ''],
    ['{"hello":"world"}', 'CALLGRAPH_MALFORMED', ''],
    ['{"symbol_id":"b","lang":"java"} {}', 'CALLGRAPH_MALFORMED', anywhere],
    ['{"symbol_id":"b","lang":"java","lang":"go"}', 'CALLGRAPH_MALFORMED', '/lang'],
    ['{"symbol_id":"b","lang":', 'CALLGRAPH_MALFORMED', anywhere],
    ['["b"]', 'CALLGRAPH_INVALID', ''],
    ['{"symbol_id":7,"lang":"java"}', 'CALLGRAPH_INVALID', '/symbol_id'],
    ['{"symbol_id":null,"lang":"java"}', 'CALLGRAPH_INVALID', ''],
    ['{"symbol_id":" ","lang":"java"}', 'CALLGRAPH_INVALID', '/id'],
    ['{"symbol_id":"b","lang":"java","attributes":[]}', 'CALLGRAPH_INVALID', '/attributes'],
    ['{"from":"a","to":7,"edge_type":"call"}', 'CALLGRAPH_INVALID', '/to'],
    ['{"from":"a","to":"b","confidence":true}', 'CALLGRAPH_INVALID', '/confidence'],
    ['{"schema":"x","produced_by":{},"entry_points":"a"}', 'CALLGRAPH_INVALID', '/entry_points'],
    ['{"schema":"x","produced_by":{},"entry_points":[{"id":"a","kind":"x"}]}', 'CALLGRAPH_INVALID', '/kind'],
    ['{"schema":"x","closed_world":"yes"}', 'CALLGRAPH_INVALID', '/closed_world'],
    ['{"symbol_id":"/srv/shop.js#pay","lang":"node"}', 'CALLGRAPH_INVALID', '/symbol_id'],
    ['{"from":"a","to":"C:\\\\shop.js#pay","edge_type":"call"}', 'CALLGRAPH_INVALID', '/to'],
    ['{"schema":"x","produced_by":{},"entry_points":["a","/srv/shop.js"]}', 'CALLGRAPH_INVALID', '/entry_points/1'],
  ])('%s is refused as %s, with its line', async (line, code, pointer) => {
    const refusal = await refusalOf(`${first}\n${line}\n`)
    expect(refusal).toMatchObject({ code, violations: [{ line: 2, pointer }] })
    expect(refusal.violations[0]?.byteOffset).toBeGreaterThanOrEqual(offset)
  })

  test('a line of more than a mebibyte is refused, one of a mebibyte is not', async () => {
    const long = (length: number) => {
      const empty = lines(node('b', { purl: 'x', note: '' }))
      return empty.replace('"note":""', `"note":"${'x'.repeat(length - empty.length)}"`)
    }
    expect((await normalized(`${first}\n${long(1024 * 1024)}\n`)).nodes).toHaveLength(2)
    expect(await refusalOf(`${first}\n${long(1024 * 1024 + 1)}\n`)).toMatchObject({
      code: 'CALLGRAPH_MALFORMED',
      violations: [{ line: 2, byteOffset: offset }],
    })
  })

  test('a line that is not UTF-8 is refused', async () => {
    const bytes = Buffer.concat([Buffer.from(`${first}\n`), Buffer.from('{"symbol_id":"\u00e9","lang":"x"}', 'latin1')])
    expect(await refusalOf(bytes)).toMatchObject({ code: 'CALLGRAPH_MALFORMED', violations: [{ line: 2 }] })
  })

  test('a stream of nothing but meta is refused', async () => {
    expect((await refusalOf(lines(meta()))).code).toBe('CALLGRAPH_EMPTY')
  })
})

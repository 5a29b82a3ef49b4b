import { describe, expect, test } from 'vitest'
import { hashCallgraph } from '../../../src/callgraphs/graph-hash.ts'
import { madeGraph } from '../../support/made-graphs.ts'
import { normalized, refusalOf } from '../../support/read-graph.ts'

const jelly = (rest: object = {}) => ({
  entries: ['app.js'],
  files: ['app.js', 'lib/y.js'],
  functions: { 0: '0:1:1:9:1', 1: '0:3:1:5:2', 2: '1:1:1:4:1' },
  calls: {},
  fun2fun: [],
  call2fun: [],
  ...rest,
})

async function edgesOf(document: unknown) {
  return [...(await normalized(document)).edges()].map(({ from, to, evidence }) => ({ from, to, evidence }))
}

describe('functions', () => {
  test('are named by file, first and last place, as anybody can who sees the file', async () => {
    const { nodes } = await normalized(jelly())
    expect(nodes.map(({ id, file, line }) => [id, file, line])).toEqual([
      ['app.js:1:1:9:1', 'app.js', 1],
      ['app.js:3:1:5:2', 'app.js', 3],
      ['lib/y.js:1:1:4:1', 'lib/y.js', 1],
    ])
  })

  test('keep the question marks of places that are not known', async () => {
    const { nodes } = await normalized(jelly({ functions: { 0: '1:?:?:?:?', 1: '0:3:1:?:?', 2: '?:1:1:2:2' } }))
    expect(nodes.map(({ id }) => id)).toEqual(['?:1:1:2:2', 'app.js:3:1:?:?', 'lib/y.js:?:?:?:?'])
    expect(nodes[0]).not.toHaveProperty('file')
  })

  test('lose the directory that all absolute files share, or the root that is given', async () => {
    const files = ['/src/shop/app.js', '/src/shop/lib/y.js']
    const shared = await normalized(jelly({ files, entries: ['/src/shop/app.js'] }))
    expect(hashCallgraph(shared)).toBe(hashCallgraph(await normalized(jelly())))
    const rooted = await normalized(jelly({ files, entries: [] }), { root: '/src' })
    expect(rooted.nodes[0]?.id).toBe('shop/app.js:1:1:9:1')
  })
})

describe('calls', () => {
  test('between functions need no place', async () => {
    expect(await edgesOf(jelly({ fun2fun: [[0, 1]] }))).toEqual([{ from: 'app.js:1:1:9:1', to: 'app.js:3:1:5:2' }])
  })

  test.each([
    ['0:4:3:4:9', 'app.js:3:1:5:2'],
    ['0:3:1:5:2', 'app.js:3:1:5:2'],
    ['0:3:0:5:2', 'app.js:1:1:9:1'],
    ['0:5:1:5:3', 'app.js:1:1:9:1'],
    ['1:2:1:2:5', 'lib/y.js:1:1:4:1'],
    ['1:2:1:7:5', 'lib/y.js:?:?:?:?'],
    ['0:?:?:?:?', 'app.js:?:?:?:?'],
    ['?:4:3:4:9', '?:?:?:?:?'],
  ])('a call at %s is one of %s', async (place, from) => {
    const [file, ...position] = place.split(':')
    const name = [file === '?' ? '?' : ['app.js', 'lib/y.js'][Number(file)], ...position].join(':')
    expect(await edgesOf(jelly({ calls: { 9: place }, call2fun: [[9, 2]] }))).toEqual([
      { from, to: 'lib/y.js:1:1:4:1', evidence: [name] },
    ])
  })

  test('seen as a place and as a pair of functions are one edge', async () => {
    const graph = await normalized(jelly({ calls: { 9: '0:4:3:4:9' }, call2fun: [[9, 2]], fun2fun: [[1, 2]] }))
    expect(graph).toMatchObject({ edgeCount: 1, externalCount: 0, dropped: { duplicateEdges: 1 } })
  })

  test('of or from a number that stands for nothing are kept, with an external end', async () => {
    const graph = await normalized(jelly({ fun2fun: [[0, 99]], call2fun: [[98, 0]] }))
    expect(graph).toMatchObject({ edgeCount: 2, externalCount: 2 })
    expect([...graph.edges()].map(({ from, to }) => [from, to])).toEqual([
      ['app.js:1:1:9:1', '99'],
      ['call 98', 'app.js:1:1:9:1'],
    ])
  })

  test('before the tables that say what they are, are understood', async () => {
    const { fun2fun, files, ...rest } = jelly({ fun2fun: [[0, 1]] })
    expect(await edgesOf({ fun2fun, ...rest, files })).toEqual(await edgesOf({ ...rest, files, fun2fun }))
  })

  test('and functions as lists have numbers of their own', async () => {
    const lists = { functions: ['0:1:1:9:1', '0:3:1:5:2', '1:1:1:4:1'], calls: ['0:4:3:4:9'], call2fun: [[0, 2]] }
    const objects = { calls: { 9: '0:4:3:4:9' }, call2fun: [[9, 2]] }
    expect(await edgesOf(jelly(lists))).toEqual(await edgesOf(jelly(objects)))
  })
})

describe('entry points', () => {
  const starts = async (document: unknown) =>
    (await normalized(document)).entryPoints.map(({ nodeId, kind, source }) => [nodeId, kind, source])

  test('are the top levels of the entry files', async () => {
    expect(await starts(jelly())).toEqual([['app.js:1:1:9:1', 'init', 'inferred']])
    expect(await starts(jelly({ entries: ['lib/y.js', 'app.js', 'gone.js'] }))).toEqual([
      ['app.js:1:1:9:1', 'init', 'inferred'],
      ['lib/y.js:1:1:4:1', 'init', 'inferred'],
    ])
  })

  test('are not a function that begins where the file does but is not around the others', async () => {
    const functions = { 0: '0:1:1:2:2', 1: '0:3:1:5:2' }
    expect(await starts(jelly({ functions, fun2fun: [[0, 1]] }))).toEqual([['app.js:1:1:2:2', 'unknown', 'guessed']])
  })

  test('are guessed where the file names none', async () => {
    const { entries: _entries, ...unnamed } = jelly({
      fun2fun: [
        [0, 1],
        [0, 2],
      ],
    })
    expect(await starts(unnamed)).toEqual([['app.js:1:1:9:1', 'unknown', 'guessed']])
  })
})

test('the graph of a program as it was analysed, and as it ran', async () => {
  const analysed = await normalized(madeGraph('callgraphs/jelly/static.json'))
  const ran = await normalized(madeGraph('callgraphs/jelly/dynamic.json'))
  expect(analysed.nodes).toHaveLength(7)
  expect([...analysed.edges()].map(({ from, to }) => `${from} > ${to}`)).toEqual([
    'app.js:1:1:9:1 > app.js:3:1:6:2',
    'app.js:1:1:9:1 > node_modules/cart/index.js:1:1:9:1',
    'app.js:3:1:6:2 > node_modules/cart/index.js:1:18:4:2',
    'app.js:4:14:4:35 > node_modules/cart/index.js:1:18:4:2',
    'node_modules/cart/index.js:1:18:4:2 > node_modules/cart/index.js:6:1:8:2',
    'node_modules/cart/index.js:6:1:8:2 > node_modules/cart/index.js:?:?:?:?',
  ])
  const ids = new Set(analysed.nodes.map(({ id }) => id))
  expect(ran.nodes.filter(({ id }) => !ids.has(id))).toEqual([])
})

describe('files that are not as they began', () => {
  test.each([
    [{ files: ['app.js', 7] }, 'TYPE_WRONG', '/files/1'],
    [{ entries: [null] }, 'TYPE_WRONG', '/entries/0'],
    [{ functions: { 0: '0:1:1:9:1', 1: '0:1:1:9' } }, 'TYPE_WRONG', '/functions/1'],
    [{ functions: { 0: '0:1:1:9:1', 1: 7 } }, 'TYPE_WRONG', '/functions/1'],
    [{ functions: { 0: '0:1:1:9:1', x: '0:1:1:9:1' } }, 'TYPE_WRONG', '/functions/x'],
    [{ functions: { 0: '0:1:1:9:1', 4294967295: '0:1:1:9:1' } }, 'TYPE_WRONG', '/functions/4294967295'],
    [{ calls: { 3: '0:-1:1:9:1' } }, 'TYPE_WRONG', '/calls/3'],
    [{ calls: { 3: '0:67108864:1:9:1' } }, 'TYPE_WRONG', '/calls/3'],
    [{ fun2fun: {} }, 'TYPE_WRONG', '/fun2fun'],
    [{ fun2fun: [[0, 1], 7] }, 'TYPE_WRONG', '/fun2fun/1'],
    [{ fun2fun: [[0, 1, 2]] }, 'TYPE_WRONG', '/fun2fun/0'],
    [{ call2fun: [[0, -1]] }, 'TYPE_WRONG', '/call2fun/0'],
    [{ call2fun: [[0.5, 1]] }, 'TYPE_WRONG', '/call2fun/0'],
  ])('%j is refused: %s at %s', async (rest, code, pointer) => {
    const complete = jelly({ functions: { 0: '0:1:1:9:1', 1: '0:3:1:5:2' } })
    const refusal = await refusalOf({ ...complete, ...rest })
    expect(refusal).toMatchObject({ code: 'CALLGRAPH_INVALID', violations: [{ code, pointer }] })
  })

  test.each([
    [{ functions: { 0: '2:1:1:9:1' } }, '/functions/0'],
    [{ calls: { 7: '2:1:1:9:1' } }, '/calls/7'],
  ])('%j is refused: the file is not listed', async (rest, pointer) => {
    expect(await refusalOf(jelly(rest))).toMatchObject({ code: 'CALLGRAPH_MALFORMED', violations: [{ pointer }] })
  })

  test('a number that stands for two functions is refused', async () => {
    const text = JSON.stringify(jelly()).replace('"1":"0:3', '"0":"0:3')
    expect(await refusalOf(text)).toMatchObject({ code: 'CALLGRAPH_INVALID', violations: [{ code: 'ID_AMBIGUOUS' }] })
  })

  test('a file without any function is refused', async () => {
    expect((await refusalOf(jelly({ functions: {} }))).code).toBe('CALLGRAPH_EMPTY')
    expect((await refusalOf(jelly({ functions: [], calls: [] }))).code).toBe('CALLGRAPH_EMPTY')
  })
})

import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { javaMethodName, pythonFunctionName } from '../../../src/callgraphs/formats/fasten-names.ts'
import { hashCallgraph } from '../../../src/callgraphs/graph-hash.ts'
import { indexOf, normalized, refusalOf } from '../../support/read-graph.ts'
import { chunksOf, observedSymbolsOf, realGraphs } from '../../support/real-graphs.ts'

const uri = (name: string) => `/acme.shop/Cart.${name}()%2Fjava.lang%2FVoidType`
const type = (methods: object, rest: object = {}) => ({ sourceFile: '', methods, ...rest })
const types = (internalTypes: object, externalTypes: object = {}) => ({
  internalTypes,
  externalTypes,
  resolvedTypes: {},
})
const site = (type: string, line: unknown) => ({ receiver: '[/acme.shop/Cart]', type, line })
const methods = { 0: { uri: uri('total'), metadata: {} }, 1: { uri: uri('price'), metadata: {} } }
const java = (rest: object) => ({
  product: 'shop',
  forge: 'mvn',
  cha: types({ '/acme.shop/Cart': type(methods) }),
  ...rest,
})

async function edgesOf(document: unknown) {
  const graph = await normalized(document, { language: 'java' })
  return [...graph.edges()].map(({ from, to, evidence }) => [from, to, evidence])
}

describe('calls of FASTEN files', () => {
  test('each site of a call tells how and where, and they are one edge', async () => {
    const sites = { 12: site('invokestatic', 7), 40: site('invokevirtual', 9), 3: site('invokestatic', 7) }
    const graph = await normalized(java({ 'call-sites': [['0', '1', sites]] }))
    expect([...graph.edges()]).toMatchObject([
      { kind: 'static', type: 'call', isResolved: true, evidence: ['invokestatic-7', 'invokevirtual-9'] },
    ])
    expect(graph.dropped.duplicateEdges).toBe(2)
  })

  test('older files keep them in three groups, with numbers or texts, and so do the oldest, without places', async () => {
    const edge = [uri('total'), uri('price'), ['invokestatic-7']]
    const sites = { 12: site('invokestatic', 7) }
    for (const group of ['internalCalls', 'externalCalls', 'resolvedCalls']) {
      expect(await edgesOf(java({ graph: { [group]: [['0', '1', sites]] } }))).toEqual([edge])
      expect(await edgesOf(java({ graph: { [group]: [[0, 1]] } }))).toEqual([[uri('total'), uri('price'), undefined]])
    }
    const counted = java({ graph: { externalCalls: [['0', '1', { invokespecial: '3', other: 1 }]] } })
    expect(await edgesOf(counted)).toEqual([[uri('total'), uri('price'), ['invokespecial']]])
  })

  test('the oldest files have types without groups, methods without metadata, and external functions by name', async () => {
    const document = {
      product: 'shop',
      cha: { '/acme.shop/Cart': type({ 0: uri('total') }) },
      graph: { internalCalls: [], externalCalls: [['0', '//yaml//org.yaml/Yaml.load()', {}]] },
    }
    const graph = await normalized(document, { language: 'java' })
    expect(graph.nodes.map(({ id, kind }) => [id, kind])).toEqual([
      ['//yaml//org.yaml/Yaml.load()', 'external'],
      [uri('total'), 'function'],
    ])
  })

  test('a call of what no table names is kept: its end is external, as Python writes "None" for some', async () => {
    const document = {
      modules: { internal: { '/shop/': { sourceFile: 'shop.py', namespaces: { 0: { namespace: '/shop/main()' } } } } },
      graph: { externalCalls: [['0', 'None', {}]] },
    }
    const graph = await normalized(document, { language: 'python' })
    expect(graph.externalCount).toBe(1)
    expect([...graph.edges()]).toMatchObject([{ from: '/shop/main()', to: 'None' }])
  })

  test('tables may follow the calls', async () => {
    const { cha, ...rest } = java({ 'call-sites': [['0', '1', {}]] })
    expect(await edgesOf({ ...rest, cha })).toEqual([[uri('total'), uri('price'), undefined]])
  })
})

describe('functions of FASTEN files', () => {
  test('functions that no call names, and those of other packages, are nodes like all others', async () => {
    const external = { '/java.lang/String': type({ 7: { uri: '/java.lang/String.trim()String', metadata: {} } }) }
    const graph = await normalized({ ...java({}), cha: types({ '/acme.shop/Cart': type(methods) }, external) })
    expect(graph).toMatchObject({ edgeCount: 0, externalCount: 0 })
    expect(graph.nodes.map(({ kind }) => kind)).toEqual(['function', 'function', 'function'])
  })

  test('what the file says of itself is not believed', async () => {
    const one = await normalized(java({ nodes: 2, timestamp: 1 }))
    const other = await normalized(java({ nodes: 4711, timestamp: 'yesterday' }))
    expect(hashCallgraph(other)).toBe(hashCallgraph(one))
  })

  test('file, line and visibility come along where they make sense', async () => {
    const described = {
      0: { uri: uri('total'), metadata: { first: 10, last: 14, access: 'public' } },
      1: { uri: uri('price'), metadata: { first: -1, access: 7 } },
    }
    const cha = types({ '/acme.shop/Cart': type(described, { sourceFile: 'Cart.java' }) })
    const [price, total] = (await normalized(java({ cha }))).nodes
    expect(total).toMatchObject({ file: 'Cart.java', line: 10, visibility: 'public' })
    expect(price).not.toHaveProperty('line')
    expect(price).not.toHaveProperty('visibility')
  })

  test.each([
    ['/java.lang/String.indexOf(String,IntegerType)IntegerType', 'java.lang.String', 'indexOf(java.lang.String,int)'],
    ['/a.b/C.main(%2Fjava.lang%2FString%5B%5D)%2Fjava.lang%2FVoidType', 'a.b.C', 'main(java.lang.String[])'],
    ['/a.b/C$1.%3Cinit%3E(C,%2Fjava.lang%2FIntegerType%5B%5D%5B%5D)VoidType', 'a.b.C$1', '<init>(a.b.C,int[][])'],
    ['/a.b/C.%3Cclinit%3E()%2Fjava.lang%2FVoidType', 'a.b.C', '<clinit>()'],
    ['/null/Main.main(%2Fjava.lang%2FString%5B%5D)%2Fjava.lang%2FVoidType', 'Main', 'main(java.lang.String[])'],
    ['//product/a.b/C.run(IntegerType)VoidType', 'a.b.C', 'run(a.b.IntegerType)'],
    ['/a.b/C.%zz()V', 'a.b.C', '%zz()'],
  ])('%s is %s:%s', (id, namespace, name) => {
    expect(javaMethodName(id)).toEqual({ namespace, name, symbolKey: `${namespace}:${name}` })
  })

  test.each(['', 'C', '/a/b', '/a/C.run', '//', '/a/.x()'])('%j is no method, and its own name', (id) => {
    expect(javaMethodName(id)).toEqual({ name: id })
  })

  test.each([
    ['/shop.app/', 'shop', 'app', 'shop.app'],
    ['/shop.app/Cart.total()', 'shop.app', 'Cart.total', 'shop.app.Cart.total'],
    ['/shop.app/Cart', 'shop.app', 'Cart', 'shop.app.Cart'],
    ['//yaml//yaml.load', 'yaml', 'load', 'yaml.load'],
    ['//.builtin//len', '<builtin>', 'len', '<builtin>.len'],
  ])('%s is %s, %s, and %s in other words', (id, namespace, name, symbolKey) => {
    expect(pythonFunctionName(id)).toEqual({ namespace, name, symbolKey })
  })
})

describe('entry points of FASTEN files', () => {
  test('Python starts at what is named main, Java at nothing of that name', async () => {
    const namespaces = Object.fromEntries(
      ['/shop/', '/shop/main()', '/shop.__main__/', '/shop/Cart.main()', '/shop/domain()'].map((namespace, number) => [
        number,
        { namespace, metadata: {} },
      ]),
    )
    const modules = { internal: { '/shop/': { sourceFile: 'shop.py', namespaces } }, external: {} }
    const python = await normalized({ product: 'shop', modules, graph: {} })
    expect(python.entryPoints.map(({ nodeId, kind, source }) => [nodeId, kind, source])).toEqual([
      ['/shop.__main__/', 'main', 'inferred'],
      ['/shop/Cart.main()', 'main', 'inferred'],
      ['/shop/main()', 'main', 'inferred'],
    ])
    const cha = types({
      '/a/Main': type({ 0: { uri: '/a/Main.main()VoidType' }, 1: { uri: '/a/Main.%3Cclinit%3E()V' } }),
    })
    const withoutMain = await normalized(java({ cha }))
    expect(withoutMain.entryPoints.map(({ source }) => source)).toEqual(['guessed', 'guessed'])
  })
})

describe('the two analysers of a program speak of the same functions', () => {
  const graphOf = async (folder: string, file: string) => {
    const real = realGraphs.find((candidate) => candidate.folder === folder && candidate.file === file)!
    const chunks = await Array.fromAsync(chunksOf(real))
    return { real, graph: await normalized(Buffer.concat(chunks), { language: real.language }) }
  }

  test.each([
    ['java/plexus-classworlds', 'callgraph.txt', []],
    // This form of PyCG leaves lambdas out.
    ['python/autopep8', 'callgraph.json', ['autopep8.get_fixed_long_line.<lambda1>']],
  ])('%s: what was observed in the words of %s is found in the FASTEN graph', async (folder, file, leftOut) => {
    const { real, graph } = await graphOf(folder, file)
    const fasten = indexOf((await graphOf(folder, 'callgraph.fasten.json')).graph)
    const plain = indexOf(graph)
    const known = [...observedSymbolsOf(real)].filter((symbol) => plain.resolve(symbol).kind === 'node')
    const lost = known.filter((symbol) => fasten.resolve(symbol).kind !== 'node')
    expect(known.length).toBeGreaterThan(50)
    expect(lost).toEqual(leftOut)
  })

  test('Java methods have the same symbol ids in both', async () => {
    const folder = 'java/plexus-classworlds'
    const { graph } = await graphOf(folder, 'callgraph.txt')
    const fasten = (await graphOf(folder, 'callgraph.fasten.json')).graph
    const byKey = new Map(graph.nodes.map(({ symbolKey, symbolId }) => [symbolKey, symbolId]))
    const shared = fasten.nodes.filter(({ symbolKey }) => byKey.has(symbolKey))
    expect(shared.length).toBeGreaterThan(250)
    expect(shared.filter(({ symbolKey, symbolId }) => byKey.get(symbolKey) !== symbolId)).toEqual([])
  })
})

describe('FASTEN files that are not as they began', () => {
  test.each([
    [java({ cha: 7, graph: {} }), 'TYPE_WRONG', '/cha'],
    [java({ cha: { internalTypes: [] } }), 'TYPE_WRONG', '/cha/internalTypes'],
    [java({ cha: types({ '/a/B': 7 }) }), 'TYPE_WRONG', '/cha/internalTypes/~1a~1B'],
    [java({ cha: types({ '/a/B': type([]) }) }), 'TYPE_WRONG', '/cha/internalTypes/~1a~1B/methods'],
    [java({ cha: types({ '/a/B': type({ 0: 7 }) }) }), 'TYPE_WRONG', '/cha/internalTypes/~1a~1B/methods/0'],
    [java({ cha: types({ '/a/B': type({ 0: {} }) }) }), 'ID_MISSING', '/cha/internalTypes/~1a~1B/methods/0/uri'],
    [java({ cha: types({ '/a/B': type({ 0: { uri: ' ' } }) }) }), 'ID_EMPTY', '/cha/internalTypes/~1a~1B/id'],
    [
      java({ cha: types({ '/a/B': type({ 0: '/x' }) }, { '/c/D': type({ 0: '/y' }) }) }),
      'ID_AMBIGUOUS',
      '/cha/externalTypes/~1c~1D',
    ],
    [java({ 'call-sites': {} }), 'TYPE_WRONG', '/call-sites'],
    [java({ 'call-sites': [['0', '1'], {}] }), 'TYPE_WRONG', '/call-sites/1'],
    [java({ 'call-sites': [['0']] }), 'TYPE_WRONG', '/call-sites/0/1'],
    [java({ 'call-sites': [[null, '1']] }), 'TYPE_WRONG', '/call-sites/0/0'],
    [java({ 'call-sites': [[0.5, '1']] }), 'TYPE_WRONG', '/call-sites/0/0'],
    [java({ graph: { internalCalls: 'none' } }), 'TYPE_WRONG', '/graph/internalCalls'],
  ])('%j is refused: %s at %s', async (document, code, pointer) => {
    expect(await refusalOf(document, { format: 'fasten' })).toMatchObject({
      code: 'CALLGRAPH_INVALID',
      violations: [{ code, pointer, byteOffset: expect.any(Number) }],
    })
  })

  test('a file that breaks off, or is no JSON inside, is refused with its place', async () => {
    const text = JSON.stringify(java({ 'call-sites': [['0', '1', {}]] }))
    expect(await refusalOf(text.slice(0, -3))).toMatchObject({
      code: 'CALLGRAPH_MALFORMED',
      violations: [{ byteOffset: text.length - 3 }],
    })
    expect(await refusalOf(text.replace('["0","1",{}]', '["0",1x]'))).toMatchObject({
      code: 'CALLGRAPH_MALFORMED',
      violations: [{ pointer: '/call-sites/0' }],
    })
  })

  test('a file without any function is refused', async () => {
    expect((await refusalOf(java({ cha: types({}) }))).code).toBe('CALLGRAPH_EMPTY')
  })

  test('names of prototypes are numbers and members like others', async () => {
    const text = readFileSync(
      new URL('../../../fixtures/real/java/plexus-classworlds/callgraph.fasten.json', import.meta.url),
      'utf8',
    )
    const renamed = text.replaceAll('"257"', '"__proto__"')
    expect(renamed).not.toBe(text)
    expect(hashCallgraph(await normalized(renamed, { language: 'java' }))).toBe(
      hashCallgraph(await normalized(text, { language: 'java' })),
    )
  })
})

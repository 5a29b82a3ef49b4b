import { describe, expect, test } from 'vitest'
import { parametersOf } from '../../../../src/callgraphs/positions/java-positions.ts'
import { pythonPositions } from '../../../../src/callgraphs/positions/python-positions.ts'
import type { PythonFunction } from '../../../../src/evidence/tool-output.ts'
import { independentSums, locatedRun, nodesOf, sumsOf } from '../../../support/located-runs.ts'
import { tinyGraphIndex } from '../../../support/tiny-graph.ts'

test('every sampled method of a real Java run is a node of its graph', async () => {
  const { hits, platform } = await locatedRun({
    folder: 'java/plexus-classworlds',
    graph: 'callgraph.txt',
    language: 'java',
    format: 'java-callgraph',
    tool: 'jfr',
    traces: [['trace.jfr.json']],
  })
  const ours = hits.filter(({ symbolId }) => symbolId.startsWith('org.codehaus.'))
  const matched = nodesOf(ours)
  console.info(`jfr: ${matched.length} of ${ours.length} sampled methods of the jar are matched`)
  expect(ours.length).toBeGreaterThan(5)
  expect(matched.length / ours.length).toBeGreaterThanOrEqual(0.8)
  // The driver is no part of the graph; the JDK's own methods are left out unless the graph names them.
  expect(hits.filter(({ isNode }) => !isNode).map(({ symbolId }) => symbolId)).toEqual([
    'Drive:main(java.lang.String[])',
  ])
  expect(platform).toBeGreaterThan(0)
})

test.each([
  ['java/plexus-classworlds', 'java', 'jfr', 'trace.jfr.json', 20],
  ['python/autopep8', 'python', 'python-profile', 'trace.python-profile.json', 120],
] as const)('the FASTEN graph of %s is spoken of by the same tool', async (folder, language, tool, trace, least) => {
  const graph = { graph: 'callgraph.fasten.json', format: 'fasten' }
  const { hits, index } = await locatedRun({ ...graph, folder, language, tool, traces: [[trace]] })
  const matched = nodesOf(hits)
  console.info(`${tool} on fasten: ${matched.length} of ${hits.length} observed functions are matched`)
  expect(matched.length).toBeGreaterThan(least)
  expect(matched.filter(({ symbolId }) => index.resolve(symbolId).kind !== 'node')).toEqual([])
})

test.each([
  ['()V', []],
  ['(I[J[[Ljava/lang/String;Z)V', ['int', 'long[]', 'java.lang.String[][]', 'boolean']],
  ['(Lorg/acme/Cart$Line;D)Lorg/acme/Cart;', ['org.acme.Cart$Line', 'double']],
])('the parameters of %s', (descriptor, expected) => {
  expect(parametersOf(descriptor)).toEqual(expected)
})

test('every profiled function of a real Python program that its graph has is matched', async () => {
  const { hits, index } = await locatedRun({
    folder: 'python/autopep8',
    graph: 'callgraph.json',
    language: 'python',
    format: 'pycg',
    tool: 'python-profile',
    traces: [['trace.python-profile.json'], ['trace.python-profile.2.json'], ['trace.python-profile.3.json']],
  })
  const nodes = sumsOf(nodesOf(hits))
  const seen = [...independentSums('python/autopep8').keys()].filter((id) => index.resolve(id).kind === 'node')
  const functions = seen.filter((id) => !id.startsWith('<builtin>'))
  const matched = functions.filter((id) => nodes.has(id))
  console.info(
    `python-profile: ${matched.length} of ${functions.length} functions that another observer saw are matched`,
  )
  expect(functions.length).toBeGreaterThan(150)
  expect(matched.length / functions.length).toBeGreaterThanOrEqual(0.8)
  expect(hits.filter(({ isNode }) => !isNode)).toEqual([])
  expect(nodes.has('<builtin>.len')).toBe(true)
})

describe('a Python function', () => {
  const index = tinyGraphIndex({
    nodes: ['shop', 'shop.cart', 'shop.cart.Cart.total', 'shop.cart.Cart.total.inner', 'shop.cart.f', '<builtin>.len'],
  })
  const one = (told: Partial<PythonFunction>) => {
    const told2 = { file: '/app/shop/cart.py', line: 3, name: 'f', hits: 2, ...told }
    return pythonPositions.locate(index, { tool: 'python-profile', functions: [told2] })
  }
  const nodeOf = (told: Partial<PythonFunction>) => one(told)?.hits.find(({ isNode }) => isNode)?.symbolId

  test('is found by its module and qualified name, wherever the program is installed', () => {
    expect(nodeOf({ qualifiedName: 'f' })).toBe('shop.cart.f')
    expect(nodeOf({ name: 'total', qualifiedName: 'Cart.total' })).toBe('shop.cart.Cart.total')
    expect(nodeOf({ name: 'inner', qualifiedName: 'Cart.total.<locals>.inner' })).toBe('shop.cart.Cart.total.inner')
    expect(nodeOf({ file: '/app/shop/__init__.py', name: '<module>' })).toBe('shop')
  })

  test('without a qualified name is found where only one function of the module bears its name', () => {
    expect(nodeOf({ name: 'total' })).toBe('shop.cart.Cart.total')
    expect(nodeOf({ name: 'absent' })).toBeUndefined()
  })

  test('of a module that the graph does not have is nobody’s', () => {
    expect(one({ file: '/app/site-packages/other.py', qualifiedName: 'f' })?.hits).toEqual([
      { symbolId: '/app/site-packages/other.py:3:f', isNode: false, hits: 2, observedAt: undefined },
    ])
  })

  test('of the interpreter itself is left out unless the graph names it', () => {
    expect(nodeOf({ file: '~', name: '<built-in method builtins.len>' })).toBe('<builtin>.len')
    expect(one({ file: '~', name: '<built-in method builtins.exec>' })).toEqual({ hits: [], platform: 1 })
    expect(one({ file: '/usr/lib/python3.11/re/_parser.py', qualifiedName: 'parse' })).toEqual({
      hits: [],
      platform: 1,
    })
  })

  test('that did not run is not reported, nor a comprehension as a function', () => {
    expect(one({ hits: 0 })?.hits).toEqual([])
    expect(one({ name: '<listcomp>', qualifiedName: 'f.<locals>.<listcomp>' })?.hits).toEqual([])
  })
})

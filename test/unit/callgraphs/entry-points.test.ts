import { describe, expect, test } from 'vitest'
import { normalized } from '../../support/read-graph.ts'

const entryPointsOf = async (content: unknown, options = {}) => (await normalized(content, options)).entryPoints
const inferred = (nodeId: string, kind: string) => ({ nodeId, kind, source: 'inferred' })

describe('own shapes', () => {
  test('flagged candidates are inferred, and suppress nodes named main', async () => {
    const nodes = [
      { id: 'a', name: 'main' },
      { id: 'b', isEntryPointCandidate: true },
      { id: 'c', name: 'main', isEntryPointCandidate: true },
    ]
    expect(await entryPointsOf({ nodes })).toEqual([inferred('b', 'unknown'), inferred('c', 'main')])
  })

  test('only a name that is exactly main is a main, in any language', async () => {
    const nodes = ['main', 'app.main', { id: 'x', name: 'Main' }, { id: 'y', name: ' main ' }]
    expect(await entryPointsOf({ nodes }, { language: 'python' })).toEqual([
      inferred('main', 'main'),
      inferred('y', 'main'),
    ])
  })

  test('external nodes are neither inferred nor guessed', async () => {
    const edges = [
      { from: 'main', to: 'a' },
      { from: 'a', to: 'b' },
    ]
    expect(await entryPointsOf({ nodes: ['a', 'b', 'c'], edges })).toEqual([
      { nodeId: 'c', kind: 'unknown', source: 'guessed' },
    ])
  })

  test('a node that only calls itself is guessed; a caller of any edge type counts', async () => {
    const edges = [
      { from: 'a', to: 'a' },
      { from: 'b', to: 'c', type: 'reference' },
      { from: 'c', to: 'b' },
    ]
    expect(await entryPointsOf({ nodes: ['a', 'b', 'c'], edges })).toEqual([
      { nodeId: 'a', kind: 'unknown', source: 'guessed' },
    ])
  })

  test('declared ones, by the graph or by the request, silence inference; equal ones are one', async () => {
    const roots = [
      'b',
      { nodeId: 'b', kind: 'unknown' },
      { id: 'a', kind: 'http', route: 'GET /' },
      { id: 'a', kind: 'http' },
    ]
    expect(await entryPointsOf({ nodes: ['main', 'a', 'b'], roots }, { declaredEntryPoints: [' b', 'a'] })).toEqual([
      { nodeId: 'a', kind: 'http', source: 'declared' },
      { nodeId: 'a', kind: 'http', route: 'GET /', source: 'declared' },
      { nodeId: 'a', kind: 'unknown', source: 'declared' },
      { nodeId: 'b', kind: 'unknown', source: 'declared' },
    ])
  })

  test('a declared one that names no node becomes an external node, in native output too', async () => {
    const own = await normalized({ nodes: ['a'], roots: ['gone'] })
    const native = await normalized({ a: ['b'] }, { declaredEntryPoints: ['gone'] })
    for (const graph of [own, native]) {
      expect(graph.entryPoints).toEqual([{ nodeId: 'gone', kind: 'unknown', source: 'declared' }])
      expect(graph.nodes.filter(({ kind }) => kind === 'external').map(({ id }) => id)).toEqual(['gone'])
    }
  })
})

describe('native output', () => {
  const go = (...names: string[]) => names.map((name) => `"x.f" "${name}"\n`).join('')
  const java = (...names: string[]) => names.map((name) => `M:x.X:f() (S)${name}\n`).join('')

  test('Go: main and init of the same package, not the runtime, not a method, not a closure', async () => {
    const names = [
      'acme/shop.main',
      'acme/shop.init',
      'acme/shop.init#2',
      'acme/lib.init',
      'runtime.main',
      '(*acme/shop.T).main',
      'acme/shop.main$1',
    ]
    expect(await entryPointsOf(go(...names), { language: 'go' })).toEqual([
      inferred('acme/shop.init', 'init'),
      inferred('acme/shop.init#2', 'init'),
      inferred('acme/shop.main', 'main'),
    ])
    expect((await entryPointsOf(go('runtime.main', 'x.init'), { language: 'go' })).map(({ source }) => source)).toEqual(
      ['guessed'],
    )
  })

  test('Java: every main with a string array, and then every static initialiser; without a main none', async () => {
    const names = ['a.A:main(java.lang.String[])', 'b.B:<clinit>()', 'b.B:main()']
    expect(await entryPointsOf(java(...names), { language: 'java' })).toEqual([
      inferred('a.A:main(java.lang.String[])', 'main'),
      inferred('b.B:<clinit>()', 'init'),
    ])
    const [only, ...others] = await entryPointsOf(java('b.B:<clinit>()'), { language: 'java' })
    expect([only?.source, others]).toEqual(['guessed', []])
  })

  test('Python: the last component is main or __main__', async () => {
    const graph = { 'a.main': ['a.domain', '__main__', 'b.__main__', 'main.c'] }
    expect((await entryPointsOf(graph, { language: 'python' })).map(({ nodeId }) => nodeId)).toEqual([
      '__main__',
      'a.main',
      'b.__main__',
    ])
  })
})

import { describe, expect, test } from 'vitest'
import { hashCallgraph } from '../../../src/callgraphs/graph-hash.ts'
import { symbolIdOf } from '../../../src/identifiers/symbol-id.ts'
import { indexOf, normalized } from '../../support/read-graph.ts'

const nodeOf = async (node: unknown, language = 'node') => (await normalized({ nodes: [node] }, { language })).nodes[0]
const edgesOf = async (...edges: object[]) => [...(await normalized({ nodes: ['a'], edges })).edges()]

describe('a node', () => {
  test('has defaults for all that it does not say', async () => {
    const symbolId = symbolIdOf({ language: 'node', namespace: '', name: 'a', kind: 'function' })
    expect(await nodeOf(' a ')).toEqual({
      id: 'a',
      symbolId,
      symbolKey: 'a',
      name: 'a',
      kind: 'function',
      language: 'node',
    })
  })

  test('keeps a further symbolId of our form, and computes any other', async () => {
    const computed = symbolIdOf({ language: 'node', namespace: '', name: 'a', kind: 'function' })
    expect(await nodeOf({ id: 'a', symbolId: 'sym:node:x' })).toMatchObject({ id: 'a', symbolId: 'sym:node:x' })
    expect(await nodeOf({ id: 'a', symbol_id: 'sym:node:x' })).toMatchObject({ symbolId: 'sym:node:x' })
    expect(await nodeOf({ id: 'a', symbolId: 'x' })).toMatchObject({ symbolId: computed })
    expect((await nodeOf({ symbolId: 'sym:node:x' }))?.id).toBe('sym:node:x')
    expect((await nodeOf({ symbolId: 'sym:node:x' }))?.symbolId).not.toBe('sym:node:x')
  })

  test('takes the first of its spellings that is there, null being absent', async () => {
    expect((await nodeOf({ symbol_id: 'd', symbolId: 'c', nodeId: 'b', id: null }))?.id).toBe('b')
  })

  test('counts upper and lower case of java symbols as one', async () => {
    const upper = await nodeOf({ id: 'a', namespace: 'Acme', name: 'Run' }, 'java')
    const lower = await nodeOf({ id: 'a', namespace: 'acme', name: 'run' }, 'java')
    expect(upper?.symbolId).toBe(lower?.symbolId)
  })

  test('told several times has per member the smallest canonical value, and each further time counts', async () => {
    const graph = await normalized({
      nodes: [
        { id: 'a', kind: 'method', line: 9, name: 'b' },
        { id: 'a', line: 10, isEntryPointCandidate: true, attributes: { z: '1' } },
        'a',
        { id: 'a', name: 'a b', attributes: { a: '2' } },
      ],
    })
    expect(graph.nodes).toMatchObject([
      { kind: 'method', line: 10, name: 'a b', isEntryPointCandidate: true, attributes: { a: '2' } },
    ])
    expect(graph.dropped.duplicateNodes).toBe(3)
  })

  test('that is only an end of an edge is external', async () => {
    const graph = await normalized({ nodes: ['a'], edges: [{ from: 'a', to: 'lib.load' }] })
    const symbolId = symbolIdOf({ language: 'node', namespace: '', name: 'lib.load', kind: 'external' })
    expect(graph.nodes[1]).toMatchObject({ id: 'lib.load', kind: 'external', symbolId })
    expect(graph.externalCount).toBe(1)
  })
})

describe('edges', () => {
  test('have defaults by kind', async () => {
    const edges = await edgesOf(...['static', 'heuristic', 'runtime'].map((kind) => ({ from: 'a', to: 'a', kind })))
    expect(edges.map(({ kind, confidence }) => [kind, confidence])).toEqual([
      ['heuristic', 0.5],
      ['runtime', 1],
      ['static', 1],
    ])
    expect(edges[0]).toEqual({ from: 'a', to: 'a', kind: 'heuristic', type: 'call', confidence: 0.5, isResolved: true })
  })

  test('of one identity become one: highest confidence, unresolved if any is, smallest reason, all candidates', async () => {
    const graph = await normalized({
      nodes: ['a', 'b'],
      edges: [
        { from: 'a', to: 'b', confidence: 0.2, reason: 'x', candidates: ['d', 'c'], evidence: ['9'] },
        { source: 'a', target: 'b', confidence: 0.4, isResolved: false, reason: 'w', evidence: ['1', '9'] },
        { caller: 'a', callee: 'b', confidence: 7, candidates: ['c', 'b'] },
        { from: 'a', to: 'b', type: 'import', confidence: -1 },
      ],
    })
    expect([...graph.edges()]).toEqual([
      {
        from: 'a',
        to: 'b',
        kind: 'static',
        type: 'call',
        reason: 'w',
        confidence: 1,
        isResolved: false,
        candidates: ['b', 'c', 'd'],
        evidence: ['1', '9'],
      },
      { from: 'a', to: 'b', kind: 'static', type: 'import', confidence: 0, isResolved: true },
    ])
    expect(graph.dropped).toEqual({ duplicateNodes: 0, duplicateEdges: 2, clampedConfidences: 2 })
    expect(indexOf(graph)).toMatchObject({ linkCount: 1, unresolved: Uint8Array.of(1) })
  })

  test('have evidence that is no part of the hash', async () => {
    const hash = async (evidence: string[]) =>
      hashCallgraph(await normalized({ nodes: ['a'], edges: [{ from: 'a', to: 'a', evidence }] }))
    expect(await hash(['x'])).toBe(await hash([]))
  })
})

describe('files', () => {
  const filesOf = async (files: string[], root?: string) =>
    (await normalized({ nodes: files.map((file, n) => ({ id: `${n}`, file })) }, { root })).nodes.map(
      ({ file }) => file,
    )

  test('lose the longest directory that all absolute names share, whole components only', async () => {
    expect(await filesOf(['/src/app/a.js', '/src/apple/b.js', 'c.js'])).toEqual(['app/a.js', 'apple/b.js', 'c.js'])
    expect(await filesOf(['/src/app/a.js'])).toEqual(['a.js'])
  })

  test('lose the root that is named; outside of it they lose their leading slash or drive', async () => {
    const files = ['/src/app/a.js', '/src/application/b.js', 'C:\\src\\app\\c.js', '/src/app']
    expect(await filesOf(files, '/src/app/')).toEqual(['a.js', 'src/application/b.js', 'src/app/c.js', 'app'])
  })

  test('of Windows are absolute too', async () => {
    expect(await filesOf(['C:\\src\\lib\\a.js', 'C:\\src\\b.js'])).toEqual(['lib/a.js', 'b.js'])
  })
})

test('closedWorld gives its own hash', async () => {
  const hash = async (closedWorld: boolean) => hashCallgraph(await normalized({ nodes: ['a'] }, { closedWorld }))
  expect(await hash(true)).not.toBe(await hash(false))
})

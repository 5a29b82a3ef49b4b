import { describe, expect, test } from 'vitest'
import { GraphBuilder } from '../../../src/callgraphs/graph-builder.ts'
import { indexOf, normalized, refusalOf } from '../../support/read-graph.ts'

const limits = { maxNodes: 10, maxEdges: 10 }
const plain = { language: 'node', closedWorld: false, infer: () => [] }

describe('a confidence', () => {
  test.each([
    [0, 0, 0],
    [1, 1, 0],
    [0.25, 0.25, 0],
    [-0.001, 0, 1],
    [1.001, 1, 1],
    [Number.MAX_VALUE, 1, 1],
  ])('of %d is kept as %d, which clamps %d', async (given, confidence, clamped) => {
    const graph = await normalized({ nodes: ['a'], edges: [{ from: 'a', to: 'a', confidence: given }] })
    expect([...graph.edges()][0]?.confidence).toBe(confidence)
    expect(graph.dropped.clampedConfidences).toBe(clamped)
  })
})

describe('a text', () => {
  test.each([
    ['id', { id: 'a\ud800' }],
    ['name', { id: 'a', name: '\udc00' }],
    ['attribute', { id: 'a', attributes: { note: '\ud83d' } }],
  ])('with half of a surrogate pair in its %s is refused: it has no canonical form', async (_where, node) => {
    const builder = new GraphBuilder(limits)
    expect(() => builder.addNode(node)).toThrow(
      expect.objectContaining({ violations: [expect.objectContaining({ code: 'TEXT_NOT_UNICODE' })] }),
    )
  })

  test('of an edge may be empty after trimming, and is then absent; an id may not', async () => {
    const graph = await normalized({ nodes: ['a'], edges: [{ from: 'a', to: 'a', reason: ' \u00a0' }] })
    expect([...graph.edges()][0]).not.toHaveProperty('reason')
    expect((await refusalOf({ nodes: [{ id: ' ' }] })).violations).toMatchObject([{ code: 'ID_EMPTY' }])
  })
})

test('attributes whose names become equal have the smallest text, in whichever order they were told', async () => {
  const texts = ['b', 'a', 'c']
  for (const order of [texts, texts.toReversed()]) {
    const attributes = Object.fromEntries(order.map((text) => [`${' '.repeat(texts.indexOf(text))}note`, text]))
    const { nodes } = await normalized({ nodes: [{ id: 'x', attributes }] })
    expect(nodes[0]?.attributes).toEqual({ note: 'a' })
  }
})

test('entry points of one node that differ in their phase are two', async () => {
  const roots = ['start', 'stop', 'start'].map((phase) => ({ id: 'a', kind: 'event', phase }))
  const { entryPoints } = await normalized({ nodes: ['a'], roots })
  expect(entryPoints.map(({ phase }) => phase)).toEqual(['start', 'stop'])
})

describe('a graph of more edges than its columns begin with', () => {
  const count = 2_500
  const toldOf = (position: number) => ({
    from: `n${position}`,
    to: `n${position + 1}`,
    confidence: (position % 7) / 8,
    isResolved: position % 3 !== 0,
    reason: `reason ${position}`,
    evidence: [`place ${position % 5}`, ...(position % 11 === 0 ? ['another place'] : [])],
    candidates: position % 13 === 0 ? ['z', 'y'] : [],
  })
  const edges = Array.from({ length: count }, (_, position) => toldOf(position))

  test('keeps of each edge all that was told', async () => {
    const graph = await normalized({ nodes: ['n0'], edges })
    const read = new Map([...graph.edges()].map((edge) => [edge.from, edge]))
    expect(read.size).toBe(count)
    for (const { candidates, evidence, ...edge } of edges) {
      expect(read.get(edge.from)).toEqual({
        ...edge,
        kind: 'static',
        type: 'call',
        evidence: evidence.toSorted(),
        ...(candidates.length > 0 && { candidates: candidates.toSorted() }),
      })
    }
  })

  test('has an index that knows which of its calls are unresolved', async () => {
    const index = indexOf(await normalized({ nodes: ['n0'], edges }))
    expect(index.linkCount).toBe(count)
    expect(index.unresolved.filter((flag) => flag === 1)).toHaveLength(
      edges.filter(({ isResolved }) => !isResolved).length,
    )
  })
})

describe('what a builder is told', () => {
  test('again of a mentioned name is no duplicate', () => {
    const builder = new GraphBuilder(limits)
    builder.mentionNode('a')
    builder.addNode({ id: ' a ' })
    builder.mentionNode('a')
    const graph = builder.build({ ...plain, partsOf: (id) => ({ name: id }) })
    expect(graph.nodes.map(({ id, kind }) => [id, kind])).toEqual([['a', 'function']])
    expect(graph.dropped.duplicateNodes).toBe(0)
  })

  test('of a closed world, by the content or by the request, holds', () => {
    const closed = (byContent: boolean, byRequest: boolean) => {
      const builder = new GraphBuilder(limits)
      builder.addNode({ id: 'a' })
      if (byContent) builder.declareClosedWorld()
      return builder.build({ ...plain, closedWorld: byRequest }).closedWorld
    }
    expect([closed(false, false), closed(true, false), closed(false, true)]).toEqual([false, true, true])
  })

  test('beyond the limit of entry points is refused', () => {
    const builder = new GraphBuilder(limits)
    for (let count = 0; count < 10; count += 1) builder.addEntryPoint({ nodeId: 'a', route: `${count}` })
    expect(() => builder.addEntryPoint({ nodeId: 'a' })).toThrow('more than 10 entry points')
  })
})

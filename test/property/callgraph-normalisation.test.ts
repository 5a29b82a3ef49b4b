import fc from 'fast-check'
import { expect, test } from 'vitest'
import { entryPointLine, nodeLine } from '../../src/callgraphs/canonical-lines.ts'
import { EdgeLines } from '../../src/callgraphs/edge-lines.ts'
import { hashCallgraph } from '../../src/callgraphs/graph-hash.ts'
import { canonicalJson } from '../../src/lib/canonical-json.ts'
import { arbitraryGraph, respelled } from '../support/arbitrary-graphs.ts'
import { edgeLine, edgeLineWithEvidence } from '../support/canonical-edges.ts'
import { type PlainGraph, plainHash } from '../support/plain-normalizer.ts'
import { indexOf, normalized } from '../support/read-graph.ts'

const seed = fc.integer({ min: 1, max: 2 ** 31 - 1 })

test('the same graph in any order, spelling, padding and member order has the hash that the plain rules give', async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryGraph, seed, fc.boolean(), async (graph, spelling, closedWorld) => {
      const read = await normalized(respelled(graph, spelling), { closedWorld })
      expect(hashCallgraph(read)).toBe(plainHash(graph, { closedWorld }))
    }),
    { numRuns: 200 },
  )
})

test('two spellings of a graph drop as much, and say the same of every node and edge', async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryGraph, seed, seed, async (graph, first, second) => {
      const left = await normalized(respelled(graph, first))
      const right = await normalized(respelled(graph, second))
      expect(right).toEqual({ ...left, edges: expect.any(Function), edgeAt: expect.any(Function) })
      expect([...right.edges()]).toEqual([...left.edges()])
    }),
    { numRuns: 200 },
  )
})

test('the index has every node by its number, and every pair of an edge once, in order', async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryGraph, seed, async (graph, spelling) => {
      const read = await normalized(respelled(graph, spelling))
      const index = indexOf(read)
      expect(Array.from({ length: index.nodeCount }, (_, node) => index.idOf(node))).toEqual(
        read.nodes.map(({ id }) => id),
      )
      for (const [node, { id }] of read.nodes.entries()) expect(index.resolve(id)).toEqual({ kind: 'node', node })
      expect(index.entryPoints.map(({ node }) => index.idOf(node))).toEqual([
        ...new Set(read.entryPoints.map(({ nodeId }) => nodeId)),
      ])
      expect(pairsOf(index)).toEqual(unresolvedByPair(read.edges()))
      expect([...index.external].map((flag) => flag === 1)).toEqual(read.nodes.map(({ kind }) => kind === 'external'))
    }),
    { numRuns: 200 },
  )
})

function pairsOf(index: ReturnType<typeof indexOf>): [string, boolean][] {
  const pairs: [string, boolean][] = []
  for (let node = 0; node < index.nodeCount; node += 1) {
    for (let link = index.offsets[node]!; link < index.offsets[node + 1]!; link += 1) {
      pairs.push([`${index.idOf(node)}\0${index.idOf(index.targets[link]!)}`, index.unresolved[link] === 1])
    }
  }
  return pairs
}

function unresolvedByPair(edges: Iterable<{ from: string; to: string; isResolved: boolean }>): [string, boolean][] {
  const pairs = new Map<string, boolean>()
  for (const { from, to, isResolved } of edges) {
    const pair = `${from}\0${to}`
    pairs.set(pair, (pairs.get(pair) ?? false) || !isResolved)
  }
  return [...pairs]
}

test('the quick canonical lines are the canonical ones', async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryGraph, seed, async (graph, spelling) => {
      const read = await normalized(respelled(withPlaces(graph), spelling))
      for (const node of read.nodes) expect(nodeLine(node)).toBe(canonicalJson(node))
      for (const entry of read.entryPoints) expect(entryPointLine(entry)).toBe(canonicalJson(entry))
      for (const withEvidence of [false, true]) {
        const lines = new EdgeLines(read, { withEvidence })
        const text = Buffer.concat([...lines.pieces()]).toString('utf8')
        const lineOf = withEvidence ? edgeLineWithEvidence : edgeLine
        expect(text).toBe([...read.edges()].map((edge) => `${lineOf(edge)}\n`).join(''))
        expect(lines.byteLength).toBe(Buffer.byteLength(text))
      }
    }),
    { numRuns: 200 },
  )
})

/** Some edges were seen somewhere, some in two places: as native output says. */
function withPlaces(graph: PlainGraph): PlainGraph {
  const placesOf = (position: number) => [`a.js@${position % 5}`, 'é"\n'].slice(0, position % 3)
  return { ...graph, edges: graph.edges.map((edge, position) => ({ ...edge, evidence: placesOf(position) })) }
}

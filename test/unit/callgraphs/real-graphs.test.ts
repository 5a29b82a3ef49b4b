import { describe, expect, test } from 'vitest'
import { readCallgraph } from '../../../src/callgraphs/analyze-callgraph.ts'
import { hashCallgraph } from '../../../src/callgraphs/graph-hash.ts'
import { indexOf } from '../../support/read-graph.ts'
import {
  chunksOf,
  expectedOf,
  goldenDigests,
  observedSymbolsOf,
  type RealGraph,
  realGraphs,
} from '../../support/real-graphs.ts'
import { numberOf, pathTo, searchIndex } from '../../support/search-index.ts'

async function read(real: RealGraph, highWaterMark?: number) {
  const options = { format: 'auto', language: real.language, declaredEntryPoints: [], closedWorld: false }
  return await readCallgraph({ ...options, chunks: chunksOf(real, highWaterMark) })
}

describe.each(realGraphs)('$folder/$file', (real) => {
  const expected = expectedOf(real)

  test('is recognised by its content', async () => {
    expect((await read(real)).format).toBe(real.format)
  })

  test('has the nodes and edges that an independent count found', async () => {
    const { graph } = await read(real)
    const records = expected.rawRecords ?? expected.callSites ?? 0
    expect(graph.nodes).toHaveLength(expected.nodes)
    expect(graph.edgeCount).toBe(expected.edges)
    expect(indexOf(graph)).toMatchObject({ nodeCount: expected.nodes, linkCount: expected.edges })
    expect(graph.dropped).toEqual({
      duplicateNodes: 0,
      duplicateEdges: records - expected.edges,
      clampedConfidences: 0,
    })
    expect(graph.externalCount).toBe(0)
    const called = new Set([...graph.edges()].filter(({ from, to }) => from !== to).map(({ to }) => to))
    expect(graph.nodes.length - called.size).toBe(expected.nodesWithoutCallers)
  })

  test('reaches what an independent search reached, by the same paths', async () => {
    const { graph } = await read(real)
    const index = indexOf(graph)
    const starts = expected.entryPoints.filter(({ kind }) => expected.searchStartsAt !== 'main' || kind === 'main')
    const parents = searchIndex(
      index,
      starts.map(({ nodeId }) => numberOf(index, nodeId)),
    )
    expect(parents.size).toBe(expected.reachableFromEntry)
    const paths = Object.keys(expected.paths).map((target) => [target, pathTo(index, parents, numberOf(index, target))])
    expect(Object.fromEntries(paths)).toEqual(
      Object.fromEntries(Object.entries(expected.paths).map(([target, { path }]) => [target, path])),
    )
  })

  test.runIf(expected.runtimeSymbols)('knows as many of the observed symbols as an independent count', async () => {
    const index = indexOf((await read(real)).graph)
    const symbols = [...observedSymbolsOf(real)]
    expect(symbols).toHaveLength(expected.runtimeSymbols ?? 0)
    expect(symbols.filter((symbol) => index.resolve(symbol).kind === 'absent')).toHaveLength(
      expected.runtimeUnmatched ?? 0,
    )
  })

  test('has the same hash as ever, however its bytes are cut', async () => {
    const hash = hashCallgraph((await read(real)).graph)
    expect(hash).toBe(goldenDigests()[`${real.folder}/${real.file}`])
    expect(hashCallgraph((await read(real, 997)).graph)).toBe(hash)
  })
})

const inferable = realGraphs.filter(({ language }) => language === 'go' || language === 'java')

test.each(inferable)('entry points of $folder/$file are inferred from its names', async (real) => {
  const expected = expectedOf(real)
  const { graph } = await read(real)
  const found = graph.entryPoints.map(({ nodeId, kind }) => ({ nodeId, kind }))
  expect(new Set(found.map((entry) => JSON.stringify(entry)))).toEqual(
    new Set(expected.entryPoints.map((entry) => JSON.stringify(entry))),
  )
  expect(graph.entryPoints.every(({ source }) => source === 'inferred')).toBe(true)
  const index = indexOf(graph)
  const reached = searchIndex(
    index,
    index.entryPoints.map(({ node }) => node),
  )
  expect(reached.size).toBe(expected.reachableFromMainAndInit)
})

test('a Python program starts at its main, a Node package at the top level of every file', async () => {
  const entryPointsOf = async (format: string) => {
    const real = realGraphs.find((candidate) => candidate.format === format)!
    return (await read(real)).graph.entryPoints
  }
  expect(await entryPointsOf('pycg')).toEqual([{ nodeId: 'autopep8.main', kind: 'main', source: 'inferred' }])
  const topLevels = await entryPointsOf('js-callgraph')
  expect(topLevels).toHaveLength(5)
  expect(topLevels).toContainEqual({ nodeId: 'bin/semver.js#global@1:0', kind: 'init', source: 'inferred' })
})

test('both forms of a Go graph, and two runs of PyCG, are one graph each', () => {
  const golden = goldenDigests()
  expect(golden['go/tomljson/callgraph.txt']).toBe(golden['go/tomljson/callgraph.digraph'])
  expect(golden['python/autopep8/callgraph.json']).toBe(golden['python/autopep8/callgraph.second-run.json'])
  expect(new Set(Object.values(golden)).size).toBe(12)
})

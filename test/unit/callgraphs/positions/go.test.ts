import { describe, expect, test } from 'vitest'
import { packageOf } from '../../../../src/callgraphs/positions/go-names.ts'
import { goPositions } from '../../../../src/callgraphs/positions/go-positions.ts'
import type { GoBlock, GoFunction } from '../../../../src/evidence/tool-output.ts'
import { independentSums, locatedRun, nodesOf, type RealRun, sumsOf } from '../../../support/located-runs.ts'
import { tinyGraphIndex } from '../../../support/tiny-graph.ts'

const profile = 'trace.go-coverage.txt'
const listing = 'trace.go-functions.txt'
const receiverless = 'trace.go-cover-func.txt'

function run(...files: string[]): RealRun {
  const graph = { folder: 'go/tomljson', graph: 'callgraph.txt', language: 'go', format: 'go-callgraph' }
  return { ...graph, tool: 'go-coverage', traces: [files] }
}

const observed = independentSums('go/tomljson')

async function found(...files: string[]) {
  const { hits } = await locatedRun(run(...files))
  const nodes = sumsOf(nodesOf(hits))
  const share = `${nodes.size} of ${observed.size}`
  console.info(`go-coverage (${files.join(' + ')}): ${share} executed functions of the graph are matched`)
  return { nodes, unmatched: hits.filter(({ isNode }) => !isNode).map(({ symbolId }) => symbolId) }
}

describe('Go coverage of real runs', () => {
  test('with a listing and a profile matches every function but one, with the count of its entries', async () => {
    const { nodes, unmatched } = await found(listing, profile)
    expect(unmatched).toEqual([])
    expect([...nodes.keys()].filter((id) => !observed.has(id))).toEqual([])
    // A closure that calls nothing: neither a listing nor the graph says where it stands.
    expect([...observed.keys()].filter((id) => !nodes.has(id))).toEqual(['github.com/pelletier/go-toml/v2.init$2'])
    const named = [...observed].filter(([id]) => !id.includes('$'))
    expect(new Map(named.map(([id]) => [id, nodes.get(id)]))).toEqual(new Map(named))
  })

  test('with a listing alone matches all but closures, which no listing names, once each', async () => {
    const { nodes } = await found(listing)
    expect([...observed.keys()].filter((id) => !nodes.has(id) && !id.includes('$'))).toEqual([])
    expect(nodes.size / observed.size).toBeGreaterThanOrEqual(0.8)
    expect(new Set(nodes.values())).toEqual(new Set([1]))
  })

  test('with a listing that leaves receivers out takes no method for another', async () => {
    const { nodes, unmatched } = await found(receiverless)
    expect([...nodes.keys()].filter((id) => !observed.has(id))).toEqual([])
    expect(nodes.size / observed.size).toBeGreaterThanOrEqual(0.8)
    expect(unmatched).toContain('github.com/pelletier/go-toml/v2/unstable/ast.go:74:Next')
  })

  test('with a profile alone finds functions by their calls, and none that did not run', async () => {
    const { nodes } = await found(profile)
    expect([...nodes.keys()].filter((id) => !observed.has(id))).toEqual([])
    // A function without a call has no place in the graph: that is a third of them here.
    expect(nodes.size).toBe(76)
  })
})

describe('a profile without names', () => {
  const block = (file: string, startLine: number, endLine: number, hits: number): GoBlock => ({
    file,
    startLine,
    startColumn: 1,
    endLine,
    endColumn: 2,
    hits,
  })
  const index = tinyGraphIndex({ nodes: ['acme/shop.a', 'acme/shop.b'] })
  const sites = new Map([
    ['acme/shop.a', [{ line: 5, column: 3 }]],
    ['acme/shop.b', [{ line: 25, column: 3 }]],
  ])
  const locate = (blocks: GoBlock[], functions: GoFunction[] = []) =>
    goPositions(sites).locate(index, { tool: 'go-coverage', functions, blocks })?.hits

  test('says nothing of a function that may stand in a file that ran and in one that did not', () => {
    expect(locate([block('acme/shop/x.go', 1, 9, 7), block('acme/shop/y.go', 1, 9, 0)])).toEqual([
      { symbolId: 'acme/shop/x.go', isNode: false, hits: 1 },
    ])
  })

  test('says that it ran where it did in every file in which it may stand', () => {
    expect(locate([block('acme/shop/x.go', 1, 9, 7), block('acme/shop/y.go', 1, 9, 3)])).toEqual([
      { symbolId: 'acme/shop.a', isNode: true, hits: 3 },
    ])
  })

  test('does not look into another package', () => {
    expect(locate([block('acme/other/x.go', 1, 9, 7)])).toEqual([
      { symbolId: 'acme/other/x.go', isNode: false, hits: 1 },
    ])
  })
})

test.each([
  ['acme/shop.main', 'acme/shop'],
  ['(*acme/shop.Cart).Total$1', 'acme/shop'],
  ['(gopkg.in/yaml.v2.Node).Kind', 'gopkg.in/yaml.v2'],
  ['gopkg.in/yaml.v2.Unmarshal', 'gopkg.in/yaml.v2'],
  ['(*acme/shop.List[acme/other.Item]).Add', 'acme/shop'],
  ['slices.SortFunc[[]acme/shop.entry, acme/shop.entry]', 'slices'],
])('the package of %s is %s', (id, expected) => {
  expect(packageOf(id)).toBe(expected)
})

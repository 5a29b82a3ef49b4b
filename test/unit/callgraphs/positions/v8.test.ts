import { describe, expect, test } from 'vitest'
import { independentSums, locatedRun, nodesOf, type RealRun, sumsOf } from '../../../support/located-runs.ts'

const semver = { folder: 'node/semver', graph: 'callgraph.json', language: 'node', format: 'js-callgraph' } as const
const covered: RealRun = {
  ...semver,
  tool: 'v8-coverage',
  traces: [['trace.v8-coverage.json'], ['trace.v8-coverage.2.json'], ['trace.v8-coverage.3.json']],
}
const profiled: RealRun = { ...semver, tool: 'v8-cpuprofile', traces: [['trace.v8-cpuprofile.json']] }

describe('V8 coverage of real runs', () => {
  test('has, node by node, the hits that an independent mapping found', async () => {
    const { hits, index } = await locatedRun(covered)
    const found = sumsOf(nodesOf(hits))
    const expected = [...independentSums('node/semver')].filter(([symbolId]) => index.resolve(symbolId).kind === 'node')
    expect(expected).toHaveLength(48)
    expect(new Map(expected.map(([symbolId]) => [symbolId, found.get(symbolId)]))).toEqual(new Map(expected))
    // Functions that nothing calls have no place in this graph; the calls in them tell which they are.
    const beyond = [...found].filter(([symbolId]) => !new Map(expected).has(symbolId))
    expect(beyond).toEqual([
      ['classes/semver.js#anon', 98],
      ['classes/range.js#anon', 178],
    ])
  })

  test('calls what is no node by V8’s own name, without the directory of the installation', async () => {
    const { hits } = await locatedRun(covered)
    const unmatched = new Set(hits.filter(({ isNode }) => !isNode).map(({ symbolId }) => symbolId))
    expect(unmatched).toContain('node_modules/yallist/yallist.js#Yallist.unshift[1844,1970]')
    expect(unmatched).toContain('index.js#(anonymous)[0,2616]')
    expect([...unmatched].filter((name) => name.startsWith('/'))).toEqual([])
  })

  test('matches more than four fifths of the executed, named functions that the graph has', async () => {
    const { hits, index } = await locatedRun(covered)
    const named = [...independentSums('node/semver').keys()].filter((id) => index.resolve(id).kind === 'node')
    const nodes = sumsOf(nodesOf(hits))
    const matched = named.filter((id) => nodes.has(id))
    console.info(`v8-coverage: ${matched.length} of ${named.length} executed functions of the graph are matched`)
    expect(matched.length / named.length).toBeGreaterThanOrEqual(0.8)
  })
})

describe('a V8 CPU profile of a real run', () => {
  test('meets, at its place, every function of the graph that coverage saw and the profiler met', async () => {
    const { hits } = await locatedRun(profiled)
    const nodes = sumsOf(nodesOf(hits))
    expect(nodes.size).toBeGreaterThan(40)
    expect(nodes.get('classes/range.js#parseRange@84:13')).toBeGreaterThan(100)
    expect(nodes.get('functions/satisfies.js#anon@2:18')).toBeGreaterThan(0)
    // Beside `sort` on one line stands a callback that the graph does not have: it must not pass for `sort`.
    expect(hits.find(({ symbolId }) => symbolId === 'functions/sort.js#(anonymous):2:40')).toMatchObject({
      isNode: false,
    })
  })

  test('matches more than four fifths of the named functions that it shares with the graph', async () => {
    const { hits } = await locatedRun(profiled)
    const inGraph = hits.filter(({ symbolId, isNode }) => isNode || !isOutside(symbolId))
    const matched = nodesOf(inGraph)
    console.info(`v8-cpuprofile: ${matched.length} of ${inGraph.length} named functions of analysed files are matched`)
    expect(matched.length / inGraph.length).toBeGreaterThanOrEqual(0.8)
  })
})

/** Top levels and callbacks without a name, dependencies that were not analysed, and the driver. */
function isOutside(symbolId: string): boolean {
  return symbolId.includes('(anonymous)') || symbolId.startsWith('node_modules/') || symbolId.startsWith('/')
}

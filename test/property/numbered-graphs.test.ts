import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hashCallgraph } from '../../src/callgraphs/graph-hash.ts'
import { normalized } from '../support/read-graph.ts'

const numRuns = 100
const pairs = fc.array(fc.tuple(fc.nat(9), fc.nat(9)), { maxLength: 30 })
/** Keys by which ten things are put into some other order. */
const disorder = fc.uniqueArray(fc.nat(100_000), { minLength: 10, maxLength: 10 })

const hashOf = async (document: unknown) => hashCallgraph(await normalized(document))

interface Shuffle {
  /** What number each of the ten things has. */
  readonly numbers: readonly number[]
  readonly isOlder: boolean
  readonly isReversed: boolean
}

const shuffle: fc.Arbitrary<Shuffle> = fc.record({
  numbers: disorder,
  isOlder: fc.boolean(),
  isReversed: fc.boolean(),
})

function turned<Element>(list: readonly Element[], { isReversed }: Shuffle): Element[] {
  return isReversed ? list.toReversed() : [...list]
}

/** Ten methods in three types; two of them in no type of the program's own. */
function fastenJava(calls: readonly [number, number][], run: Shuffle) {
  const methodsOf = (type: string, members: readonly number[]) => ({
    sourceFile: `${type}.java`,
    methods: Object.fromEntries(
      turned(members, run).map((at) => [
        run.numbers[at],
        { uri: `/acme/${type}.m${at}()V`, metadata: { first: at + 1 } },
      ]),
    ),
  })
  const cha = {
    externalTypes: { '/acme/C': methodsOf('C', [8, 9]) },
    internalTypes: { '/acme/A': methodsOf('A', [0, 1, 2, 3]), '/acme/B': methodsOf('B', [4, 5, 6, 7]) },
  }
  const triples = turned(calls, run).map(([from, to], at) => [
    String(run.numbers[from]),
    run.isOlder ? run.numbers[to] : String(run.numbers[to]),
    { [at]: { type: 'invokestatic', line: at } },
  ])
  const half = Math.floor(triples.length / 2)
  const graph = { internalCalls: triples.slice(0, half), externalCalls: triples.slice(half) }
  const told = run.isOlder ? { graph } : { 'call-sites': triples }
  return Object.fromEntries(turned(Object.entries({ product: 'shop', nodes: run.numbers[0], cha, ...told }), run))
}

test('FASTEN: any numbering, order and age of the file gives the same graph', async () => {
  await fc.assert(
    fc.asyncProperty(pairs, shuffle, shuffle, async (calls, one, other) => {
      expect(await hashOf(fastenJava(calls, one))).toBe(await hashOf(fastenJava(calls, other)))
    }),
    { numRuns },
  )
})

test('FASTEN: another call, and only that, gives another graph', async () => {
  await fc.assert(
    fc.asyncProperty(pairs, fc.tuple(fc.nat(9), fc.nat(9)), shuffle, async (calls, call, run) => {
      const isNew = !calls.some(([from, to]) => from === call[0] && to === call[1])
      const changed = (await hashOf(fastenJava([...calls, call], run))) !== (await hashOf(fastenJava(calls, run)))
      expect(changed).toBe(isNew)
    }),
    { numRuns },
  )
})

/** Ten functions, each a line of one of two files inside its top level; a call stands in the line of its caller. */
function jellyFile(calls: readonly [number, number][], run: Shuffle) {
  const files = turned(['app.js', 'lib.js'], run)
  const fileAt = (at: number) => files.indexOf(at % 2 === 0 ? 'app.js' : 'lib.js')
  const functions = run.numbers.map((number, at) => [number, `${fileAt(at)}:${at + 1}:5:${at + 1}:80`] as const)
  const sites = calls.map(([from], at) => [200_000 + at, `${fileAt(from)}:${from + 1}:10:${from + 1}:20`] as const)
  const call2fun = calls.map(([, to], at) => [200_000 + at, run.numbers[to]])
  const document = {
    entries: ['app.js'],
    files,
    functions: Object.fromEntries(turned(functions, run)),
    calls: Object.fromEntries(turned(sites, run)),
    fun2fun: run.isOlder ? [] : turned(calls, run).map(([from, to]) => [run.numbers[from], run.numbers[to]]),
    call2fun: turned(call2fun, run),
  }
  return Object.fromEntries(turned(Object.entries(document), run))
}

test('Jelly: any numbering of files, functions and calls, and pairs with or without their functions, give the same graph', async () => {
  await fc.assert(
    fc.asyncProperty(pairs, shuffle, shuffle, async (calls, one, other) => {
      const graph = await normalized(jellyFile(calls, one))
      const distinct = new Set(calls.map((call) => call.join()))
      expect(graph).toMatchObject({ edgeCount: distinct.size, externalCount: 0 })
      expect(await hashOf(jellyFile(calls, other))).toBe(hashCallgraph(graph))
    }),
    { numRuns },
  )
})

const symbol = fc.constantFrom('a', 'b', 'c', 'd', 'e')
const commonGraph = fc.record({
  nodes: fc.uniqueArray(
    fc.record(
      {
        id: symbol,
        lang: fc.constantFrom('go', 'rust'),
        kind: fc.constantFrom('method'),
        purl: fc.constantFrom('pkg:x'),
      },
      { requiredKeys: ['id', 'lang'] },
    ),
    { minLength: 1, selector: ({ id }) => id },
  ),
  edges: fc.array(
    fc.record(
      { from: symbol, to: symbol, type: fc.constantFrom('call', 'inherit'), confidence: fc.constantFrom(0.25, 2) },
      { requiredKeys: ['from', 'to', 'type'] },
    ),
  ),
  roots: fc.array(symbol, { maxLength: 2 }),
})

test('one graph in our own shape, as a richgraph and as union lines has one hash', async () => {
  await fc.assert(
    fc.asyncProperty(commonGraph, async ({ nodes, edges, roots }) => {
      const own = { nodes: nodes.map(({ lang, ...node }) => ({ ...node, language: lang })), edges, roots }
      const rich = {
        schema: 'richgraph-v1',
        nodes: nodes.map((node) => ({ ...node, symbol_id: node.id })),
        edges: edges.map(({ type, ...edge }) => ({ ...edge, kind: type })),
        roots: roots.map((id) => ({ id })),
      }
      const union = [
        ...nodes.map(({ id, ...node }) => ({ symbol_id: id, ...node })),
        ...edges.map(({ type, ...edge }) => ({ ...edge, edge_type: type })),
        { schema: 'reachability-union@0.1', produced_by: {}, entry_points: roots },
      ]
      const hash = await hashOf(own)
      expect(await hashOf(rich)).toBe(hash)
      expect(await hashOf(union.map((record) => JSON.stringify(record)).join('\n'))).toBe(hash)
    }),
    { numRuns },
  )
})

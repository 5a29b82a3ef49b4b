import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Evidence } from '../../src/evidence/evidence.ts'
import { evidenceOf, FoldedSubject, graphPosted, hitsPosted, type TinyGraphs } from '../support/folded-fact.ts'

const names = Array.from({ length: 14 }, (_, number) => `n${number}`)
const name = fc.constantFrom(...names)
const edges = fc
  .array(fc.tuple(name, name), { minLength: 4, maxLength: 24 })
  .map((pairs) => pairs.map(([from, to]) => `${from}>${to}`))
const graph = fc.record({ edges, entryPoints: fc.uniqueArray(name, { minLength: 1, maxLength: 2 }) })

/** Of the nodes of all graphs, some are missing in each: so there are strays, and names that are no node anywhere. */
const graphs = fc.uniqueArray(graph, { minLength: 1, maxLength: 3 }).map(
  (made): TinyGraphs =>
    Object.fromEntries(
      made.map((one, number) => [
        `cg-${number}`,
        {
          ...one,
          symbolKeys: { both: one.entryPoints, alias: one.edges.slice(0, 1).map((edge) => edge.split('>')[1]!) },
        },
      ]),
    ),
)

const observed = fc.constantFrom(...names, 'both', 'alias', 'nowhere', 'é')
const batches = fc.array(fc.tuple(fc.nat(2), fc.uniqueArray(observed, { minLength: 1, maxLength: 3 })), {
  minLength: 1,
  maxLength: 8,
})

interface Drawn {
  readonly graphs: TinyGraphs
  readonly targets: readonly string[]
  readonly batches: readonly (readonly [number, readonly string[]])[]
}

function evidenceIn({ graphs: made, targets, batches: posted }: Drawn): Evidence[] {
  const ids = Object.keys(made)
  return [
    ...ids.map((id) => graphPosted(id, ...targets)),
    ...posted.map(([number, symbols]) =>
      hitsPosted(ids[number % ids.length] ?? '', Object.fromEntries(symbols.map((symbol) => [symbol, 1]))),
    ),
  ]
}

test('states that are scored anew one batch after the other are those that are scored from nothing', async () => {
  const drawn = fc.record({ graphs, targets: fc.uniqueArray(name, { maxLength: 5 }), batches })
  await fc.assert(
    fc.asyncProperty(drawn, async (made) => {
      const apart = new FoldedSubject(made.graphs)
      const evidence = evidenceIn(made)
      for (const [count, each] of evidence.entries()) {
        await apart.fold(each)
        const together = new FoldedSubject(made.graphs)
        await together.fold(...evidence.slice(0, count + 1))
        expect(apart.body).toEqual(together.body)
        expect(apart.row?.ledger).toEqual(together.row?.ledger)
        expect(apart.row?.fact?.digest).toBe(together.row?.fact?.digest)
      }
    }),
    { numRuns: 150 },
  )
})

const ids = Array.from({ length: 5_000 }, (_, number) => `f${String(number).padStart(4, '0')}`)
const tree: TinyGraphs = {
  'cg-1': {
    nodes: ids,
    edges: ids.slice(1).map((to, below) => `${ids[Math.floor(below / 2)]}>${to}`),
    entryPoints: [ids[0]!],
  },
}

test('a first hit of a leaf writes its own chunks, and one of the root those of all states', async () => {
  const subject = new FoldedSubject(tree)
  await subject.fold(hitsPosted('cg-1', Object.fromEntries(ids.slice(1, -1).map((id) => [id, 1]))))
  subject.blobs.takeCounts()
  await subject.fold(hitsPosted('cg-1', { [ids.at(-1)!]: 1 }))
  // One chunk of symbols, of targets and of states, and perhaps the body.
  const leaf = subject.blobs.takeCounts()
  expect(leaf.puts).toBeLessThanOrEqual(5)
  await subject.fold(hitsPosted('cg-1', { [ids[0]!]: 1 }))
  expect(subject.blobs.takeCounts().puts).toBeGreaterThan(leaf.puts + 5)
  const together = new FoldedSubject(tree)
  await together.fold(hitsPosted('cg-1', Object.fromEntries(ids.map((id) => [id, 1]))))
  expect(subject.row?.fact?.digest).toBe(together.row?.fact?.digest)
  expect(subject.row?.ledger.scored).toEqual(together.row?.ledger.scored)
})

test('a name that a smaller graph says as well leaves no state behind', async () => {
  const two: TinyGraphs = { 'cg-1': { nodes: ['a'] }, 'cg-2': { nodes: ['b'] } }
  const apart = new FoldedSubject(two)
  await apart.fold(graphPosted('cg-1'), graphPosted('cg-2'))
  await apart.fold(hitsPosted('cg-2', { nowhere: 1 }))
  await apart.fold(hitsPosted('cg-1', { nowhere: 1 }))
  expect(apart.body.states).toMatchObject([{ callgraphId: 'cg-1', target: 'nowhere' }])
  const together = new FoldedSubject(two)
  await together.fold(evidenceOf({ kind: 'callgraph', callgraphId: 'cg-2', targets: [] }), graphPosted('cg-1'))
  await together.fold(hitsPosted('cg-1', { nowhere: 1 }), hitsPosted('cg-2', { nowhere: 1 }))
  expect(apart.row?.fact?.digest).toBe(together.row?.fact?.digest)
})

test('where paths are too many to be told whole, all states are scored anew', async () => {
  const chain = Array.from({ length: 620 }, (_, number) => String(number).padStart(400, '0'))
  const long: TinyGraphs = {
    'cg-1': { edges: chain.slice(1).map((to, before) => `${chain[before]}>${to}`), entryPoints: [chain[0]!] },
  }
  const hits = (symbols: readonly string[]) => hitsPosted('cg-1', Object.fromEntries(symbols.map((id) => [id, 1])))
  const apart = new FoldedSubject(long)
  await apart.fold(hits(chain.slice(0, -1)))
  await apart.fold(hits(chain.slice(-1)))
  const together = new FoldedSubject(long)
  await together.fold(hits(chain))
  expect(JSON.stringify(together.body.states)).toContain('"pathLength"')
  expect(apart.row?.fact?.digest).toBe(together.row?.fact?.digest)
})

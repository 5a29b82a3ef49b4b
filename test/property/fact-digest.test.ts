import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Evidence, EvidencePayload, SymbolHits } from '../../src/evidence/evidence.ts'
import { readAllEntries } from '../../src/facts/chunked-list.ts'
import { FeedBuilder } from '../../src/provenance/feed-builder.ts'
import { evidenceOf, FoldedSubject, type TinyGraphs } from '../support/folded-fact.ts'
import { anyObservedEvent } from '../support/observed-events.ts'

const graphs: TinyGraphs = {
  'cg-1': {
    edges: ['main>a', 'a>b', 'b?>c', 'main>lib'],
    nodes: ['dead'],
    external: ['lib'],
    entryPoints: ['main'],
    symbolKeys: { alpha: ['a'], both: ['a', 'b'] },
  },
  'cg-2': { edges: ['main>alpha', 'alpha>dead'], entryPoints: ['main'], symbolKeys: { both: ['alpha'], a: ['dead'] } },
  'cg-3': { edges: ['x>dead'], entryPoints: ['x'], source: 'guessed', openWorld: true },
}

const name = fc.constantFrom(
  'a',
  'alpha',
  'b',
  'both',
  'c',
  'dead',
  'lib',
  'main',
  'nowhere',
  'x',
  ' a',
  'é',
  'e\u0301',
)
const callgraphId = fc.constantFrom('cg-1', 'cg-2', 'cg-3')
const time = fc.integer({ min: 0, max: 99 }).map((second) => `2026-11-20T10:00:00.0${String(second).padStart(2, '0')}Z`)
const values = fc.array(fc.integer({ min: 0, max: 60 }).map(String), { maxLength: 20 })

const symbolHits: fc.Arbitrary<SymbolHits> = fc
  .record({
    symbolId: name,
    hitCount: fc.integer({ min: 1, max: 9 }),
    at: fc.option(time),
    codes: values,
    purls: values,
  })
  .map(({ symbolId, hitCount, at, codes, purls }) => ({
    symbolId,
    hitCount,
    ...(at !== null && { firstObservedAt: at, observedAt: at }),
    ...(codes.length > 0 && { codeIds: [...new Set(codes)].sort() }),
    ...(purls.length > 0 && { purls: [...new Set(purls)].sort() }),
  }))

const window = fc
  .option(fc.record({ from: time, to: time, dropped: fc.constantFrom(0, 3) }))
  .map((made) => (made === null ? {} : { window: made }))

const context = fc.array(anyObservedEvent, { maxLength: 4 }).map((events) => {
  const builder = new FeedBuilder()
  for (const event of events) builder.add(event)
  return builder.contextRecords()
})

const grows: fc.Arbitrary<EvidencePayload> = fc.oneof(
  fc.record({ kind: fc.constant('callgraph' as const), callgraphId, targets: fc.array(name, { maxLength: 3 }) }),
  fc
    .tuple(fc.record({ callgraphId, context, hits: fc.array(symbolHits, { maxLength: 4 }) }), window)
    .map(([batch, watched]) => ({ kind: 'runtime' as const, source: 'agent', ...batch, ...watched })),
  fc.record({
    kind: fc.constant('recompute' as const),
    targets: fc.array(name, { maxLength: 3 }),
    callgraphIds: fc.array(callgraphId, { maxLength: 2 }),
  }),
)

/** Of these the last one counts, so their order is part of the evidence. */
const replaces: fc.Arbitrary<EvidencePayload> = fc.oneof(
  fc.record({ kind: fc.constant('recompute' as const), entryPoints: fc.subarray(['a', 'main', 'x', 'gone']) }),
  fc.record({
    kind: fc.constant('recompute' as const),
    blockedEdges: fc.subarray([
      { from: 'main', to: 'a' },
      { from: 'main', to: 'alpha' },
      { from: 'x', to: 'dead' },
    ]),
  }),
  fc.record({
    kind: fc.constant('unknowns' as const),
    callgraphId: fc.constant('cg-1'),
    source: fc.constantFrom('api', 'scanner'),
    unknowns: fc.array(fc.record({ symbolId: name, reason: name }), { minLength: 1, maxLength: 3 }),
  }),
)

const subjects = fc.constantFrom({ scanId: 'scan-1' }, { imageDigest: 'scan-1' })

const posted: fc.Arbitrary<Evidence[]> = fc
  .array(fc.tuple(fc.oneof({ weight: 3, arbitrary: grows }, { weight: 1, arbitrary: replaces }), subjects), {
    minLength: 1,
    maxLength: 10,
  })
  .map((payloads) => payloads.map(([payload, subject]) => evidenceOf(payload, { subject })))

/** Another order and another batching, in which only what replaces keeps its order. */
async function foldedOtherwise(evidence: readonly Evidence[], next: () => number): Promise<FoldedSubject> {
  const isReplacing = ({ payload }: Evidence): boolean =>
    payload.kind === 'unknowns' ||
    (payload.kind === 'recompute' && (payload.entryPoints ?? payload.blockedEdges) !== undefined)
  const inOrder = evidence.filter(isReplacing)
  const shuffled = evidence.map((each) => ({ each, key: next() })).sort((one, other) => one.key - other.key)
  const rearranged = shuffled.map(({ each }) => (isReplacing(each) ? inOrder.shift()! : each))
  const subject = new FoldedSubject(graphs)
  while (rearranged.length > 0) await subject.fold(...rearranged.splice(0, 1 + (next() % 4)))
  return subject
}

test('the same evidence in any order and any batching gives the same digest', async () => {
  await fc.assert(
    fc.asyncProperty(posted, fc.infiniteStream(fc.nat(1_000_000)), async (evidence, numbers) => {
      const next = (): number => numbers.next().value ?? 0
      const together = new FoldedSubject(graphs)
      await together.fold(...evidence)
      const apart = await foldedOtherwise(evidence, next)
      expect(apart.row?.fact?.digest).toBe(together.row?.fact?.digest)
      expect(apart.row?.fact && apart.body).toEqual(together.row?.fact && together.body)
      expect(apart.row?.ledger.unknowns).toEqual(together.row?.ledger.unknowns)
    }),
    { numRuns: 500 },
  )
})

test('so does evidence of thousands of symbols, whose lists are chunked', async () => {
  const ids = Array.from({ length: 4_000 }, (_, number) => `f${number}`)
  const large: TinyGraphs = {
    'cg-1': { nodes: ids.slice(0, 3_500), entryPoints: ['f0'] },
    'cg-2': { nodes: ids.slice(3_000), entryPoints: ['f3000'] },
  }
  const batches = Array.from({ length: 24 }, (_, batch) =>
    ids.filter((_id, number) => (number * 7 + batch * 3) % 11 < 2),
  )
  const payloads = batches.map(
    (symbols, batch): EvidencePayload => ({
      kind: 'runtime',
      callgraphId: batch % 2 === 0 ? 'cg-1' : 'cg-2',
      source: 'agent',
      hits: symbols.map((symbolId) => ({ symbolId, hitCount: batch + 1 })),
    }),
  )
  const evidence = [
    ...payloads.map((payload) => evidenceOf(payload)),
    evidenceOf({ kind: 'callgraph', callgraphId: 'cg-2', targets: ids.slice(0, 1_500) }),
  ]
  const together = new FoldedSubject(large)
  await together.fold(...evidence)
  const apart = new FoldedSubject(large)
  for (const each of evidence.toReversed()) await apart.fold(each)
  expect(apart.body).toEqual(together.body)
  expect(apart.row?.ledger.chunked).toEqual(together.row?.ledger.chunked)
  expect(Object.keys(together.row?.ledger.chunked ?? {}).sort()).toEqual(['runtimeFacts', 'states', 'targets'])
  const facts = await readAllEntries(apart.blobs, apart.row!.ledger.chunked.runtimeFacts!)
  expect(facts).toHaveLength(together.row!.fact!.summary.runtimeFactCount)
})

import { describe, expect, test } from 'vitest'
import type { FactState } from '../../../src/facts/fact.ts'
import { sha256Of } from '../../../src/identifiers/digest.ts'
import { canonicalBytes } from '../../../src/lib/canonical-json.ts'
import { defaultScoringOptions, scoringProfile } from '../../../src/scoring/profile.ts'
import { evidenceOf, FoldedSubject, graphPosted, hitsPosted, type TinyGraphs } from '../../support/folded-fact.ts'

const shop = {
  edges: ['main>cart', 'cart>total', 'main>lib'],
  nodes: ['dead'],
  external: ['lib'],
  entryPoints: ['main'],
}
const closed = { edges: ['main>cart', 'cart>total'], nodes: ['dead'], entryPoints: ['main'] }

function states(subject: FoldedSubject): readonly FactState[] {
  return subject.body.states as readonly FactState[]
}

function placed(subject: FoldedSubject): string[] {
  return states(subject).map(({ callgraphId, target, verdict }) => `${callgraphId} ${target} ${verdict}`)
}

describe('a fact', () => {
  test('is made by a graph alone, with its requested targets', async () => {
    const subject = new FoldedSubject({ 'cg-1': closed })
    const { hasChanged, change, digest, body, summary, metadata } = await subject.fold(
      graphPosted('cg-1', 'total', 'dead'),
    )
    expect({ hasChanged, change }).toEqual({ hasChanged: true, change: 'verdict' })
    expect(subject.body).toMatchObject({
      schema: 'signals.fact.v1',
      subject: { scanId: 'scan-1' },
      subjectKey: 'scan-1',
      callgraphId: 'cg-1',
      callgraphs: [
        {
          callgraphId: 'cg-1',
          closedWorld: true,
          language: 'go',
          entryPoints: [{ nodeId: 'main', source: 'declared' }],
        },
      ],
      targets: [
        { target: 'dead', origin: ['requested'] },
        { target: 'total', origin: ['requested'] },
      ],
      runtimeFacts: [],
      unknownsCount: 0,
      unknownsPressure: 0,
      score: 0.1875,
      requestedScore: 0.1875,
      verdict: 'reachable',
    })
    expect(placed(subject)).toEqual(['cg-1 dead unreachable', 'cg-1 total reachable'])
    expect(digest).toBe(sha256Of(body))
    expect(body).toEqual(canonicalBytes(subject.body))
    expect(await subject.blobs.readBlob(digest)).toEqual(body)
    expect(summary).toMatchObject({ version: 1, stateCount: 2, bucket: 'unknown', weight: 0.5, averageConfidence: 0.5 })
    expect(summary).toMatchObject({ buckets: ['unknown', 'unreachable'], verdicts: ['reachable', 'unreachable'] })
    expect(metadata).toEqual({ 'fact.version': '1', 'fact.digest': digest })
  })

  test('adds later hits to earlier ones, and tells verdicts that changed from evidence that grew', async () => {
    const subject = new FoldedSubject({ 'cg-1': closed })
    await subject.fold(graphPosted('cg-1', 'total'))
    const first = await subject.fold(hitsPosted('cg-1', { total: 2 }))
    const second = await subject.fold(hitsPosted('cg-1', { total: 3 }))
    expect([first.change, second.change]).toEqual(['verdict', 'evidence'])
    expect([first.hasChanged, second.hasChanged]).toEqual([true, true])
    expect(subject.body.runtimeFacts).toEqual([{ callgraphId: 'cg-1', symbolId: 'total', hitCount: 5 }])
    expect(subject.body.targets).toEqual([{ target: 'total', origin: ['requested', 'observed'] }])
    expect(second.metadata).toMatchObject({
      'fact.version': '3',
      'provenance.source': 'agent',
      'provenance.callgraphId': 'cg-1',
      'provenance.ingestedAt': '2026-11-20T11:30:00.000Z',
    })
  })

  test('is not searched anew for hits of nodes that were hit before', async () => {
    const subject = new FoldedSubject({ 'cg-1': closed })
    await subject.fold(graphPosted('cg-1', 'total'), hitsPosted('cg-1', { total: 2 }))
    const [{ ledger }, loaded] = [subject.row!, subject.loadedIndexes]
    await subject.fold(hitsPosted('cg-1', { total: 3 }))
    // Once, to resolve the names of the batch.
    expect(subject.loadedIndexes - loaded).toBe(1)
    expect(subject.row?.ledger.scored).toEqual(ledger.scored)
  })

  test('does not change when the same is asked again', async () => {
    const subject = new FoldedSubject({ 'cg-1': closed })
    await subject.fold(graphPosted('cg-1', 'total'))
    const again = await subject.fold(
      graphPosted('cg-1', ' total '),
      evidenceOf({ kind: 'recompute', targets: ['total'] }),
    )
    expect(again.hasChanged).toBe(false)
    expect(subject.row?.version).toBe(1)
  })

  test('changes with the scoring options, whose digest it carries', async () => {
    const subject = new FoldedSubject({ 'cg-1': closed })
    const first = await subject.fold(graphPosted('cg-1', 'total'))
    const strict = scoringProfile('signals-v1', { ...defaultScoringOptions, contestUnobserved: true })
    const other = new FoldedSubject({ 'cg-1': closed }, { profile: strict })
    other.row = subject.row
    Object.assign(other.blobs, subject.blobs)
    const second = await other.fold(graphPosted('cg-1', 'total'))
    expect(second.hasChanged).toBe(true)
    expect(second.digest).not.toBe(first.digest)
    expect(other.body.scoringProfile).toEqual({ name: 'signals-v1', digest: strict.digest })
  })
})

describe('what makes a fact', () => {
  test('unknowns alone are kept, and make none', async () => {
    const subject = new FoldedSubject({ 'cg-1': closed })
    const unknowns = evidenceOf({ kind: 'unknowns', callgraphId: 'cg-1', source: 'api', unknowns: [{ symbolId: 'x' }] })
    expect((await subject.fold(unknowns)).hasChanged).toBe(false)
    expect(subject.row?.version).toBe(0)
    await subject.fold(graphPosted('cg-1', 'total'))
    expect(subject.body.unknownsCount).toBe(1)
    expect(subject.body.unknownsPressure).toBe(0.5)
    expect(subject.body.score).toBe(0.309375)
  })

  test('a recompute with targets makes one, even before there is any graph', async () => {
    const subject = new FoldedSubject({ 'cg-1': closed })
    expect((await subject.fold(evidenceOf({ kind: 'recompute', entryPoints: ['cart'] }))).hasChanged).toBe(false)
    expect((await subject.fold(evidenceOf({ kind: 'recompute', targets: ['total'] }))).hasChanged).toBe(true)
    expect(subject.body).toMatchObject({
      callgraphId: null,
      states: [],
      score: 0,
      requestedScore: 0,
      verdict: 'unknown',
    })
    await subject.fold(graphPosted('cg-1'))
    expect(states(subject)[0]).toMatchObject({ callgraphId: 'cg-1', target: 'total', path: ['cart', 'total'] })
  })
})

test('a recompute that names a graph makes a fact of it', async () => {
  const subject = new FoldedSubject({ 'cg-1': closed })
  const { hasChanged } = await subject.fold(evidenceOf({ kind: 'recompute', callgraphIds: ['cg-1'] }))
  expect(hasChanged).toBe(true)
  expect(subject.body).toMatchObject({ callgraphId: 'cg-1', states: [], requestedScore: null, verdict: 'unknown' })
})

describe('targets', () => {
  const two: TinyGraphs = {
    'cg-1': { ...closed, symbolKeys: { Total: ['total'] } },
    'cg-2': { edges: ['main>Total', 'main>other'], entryPoints: ['main'] },
  }

  test('stand in the ordinal order of their graphs, whichever locale the machine has', async () => {
    const subject = new FoldedSubject({ Zeta: closed, alpha: closed, 'a-1': closed })
    await subject.fold(graphPosted('alpha', 'total'), graphPosted('Zeta'), graphPosted('a-1'))
    expect(placed(subject)).toEqual(['Zeta total reachable', 'a-1 total reachable', 'alpha total reachable'])
    expect(subject.body.callgraphs.map(({ callgraphId }) => callgraphId)).toEqual(['Zeta', 'a-1', 'alpha'])
    expect(subject.body.callgraphId).toBe('Zeta')
  })

  test('have a state in each graph where they are a node', async () => {
    const subject = new FoldedSubject(two)
    await subject.fold(graphPosted('cg-1', 'main', 'dead'), graphPosted('cg-2', 'other'))
    expect(placed(subject)).toEqual([
      'cg-1 dead unreachable',
      'cg-1 main reachable',
      'cg-2 main reachable',
      'cg-2 other reachable',
    ])
  })

  test('that are a node of none have one state, in the ordinally smallest graph of the posts that named them', async () => {
    const subject = new FoldedSubject(two)
    await subject.fold(graphPosted('cg-1'), graphPosted('cg-2', 'nowhere'))
    expect(placed(subject)).toEqual(['cg-2 nowhere unknown'])
    await subject.fold(hitsPosted('cg-1', { nowhere: 1 }))
    expect(placed(subject)).toEqual(['cg-1 nowhere observed'])
    expect(subject.body.unknownsCount).toBe(1)
  })

  test.each([
    ['cg-1', 'cg-2'],
    ['cg-2', 'cg-1'],
  ])('asked for in %s and then in %s stand in the smaller one where they are a node of neither', async (one, other) => {
    const subject = new FoldedSubject(two)
    await subject.fold(graphPosted(one, 'nowhere'))
    await subject.fold(graphPosted(other, 'nowhere'))
    expect(placed(subject)).toEqual(['cg-1 nowhere unknown'])
    const atOnce = new FoldedSubject(two)
    await atOnce.fold(graphPosted(one, 'nowhere'), graphPosted(other, 'nowhere'))
    expect(atOnce.row?.fact?.digest).toBe(subject.row?.fact?.digest)
  })

  test('are resolved anew when a later graph knows the name otherwise', async () => {
    const subject = new FoldedSubject(two)
    await subject.fold(graphPosted('cg-1', 'Total'))
    expect(subject.body.targets).toEqual([{ target: 'total', origin: ['requested'] }])
    await subject.fold(graphPosted('cg-2'))
    expect(subject.body.targets).toEqual([
      { target: 'Total', origin: ['requested'] },
      { target: 'total', origin: ['requested'] },
    ])
    expect(placed(subject)).toEqual(['cg-1 total reachable', 'cg-2 Total reachable'])
  })

  test('the verdict is that of the worst requested target, of all where none was requested', async () => {
    const subject = new FoldedSubject({ 'cg-1': closed })
    await subject.fold(hitsPosted('cg-1', { cart: 1 }))
    expect(subject.body).toMatchObject({ verdict: 'observed', requestedScore: null })
    await subject.fold(graphPosted('cg-1', 'dead'))
    expect(subject.body).toMatchObject({ verdict: 'unreachable', requestedScore: 0 })
    await subject.fold(graphPosted('cg-1', 'gone'))
    expect(subject.body.verdict).toBe('unknown')
  })
})

describe('hits', () => {
  const named = { 'cg-1': { ...closed, symbolKeys: { Total: ['total'], either: ['cart', 'total'] } } }

  test('of several names of one node are summed', async () => {
    const subject = new FoldedSubject(named)
    await subject.fold(hitsPosted('cg-1', { Total: 1, total: 2 }), hitsPosted('cg-1', { ' total': 4 }))
    expect(subject.body.runtimeFacts).toEqual([{ callgraphId: 'cg-1', symbolId: 'total', hitCount: 7 }])
    expect(subject.body.unknownsCount).toBe(0)
  })

  test('of a name that several nodes bear are an unknown, never a guess', async () => {
    const subject = new FoldedSubject(named)
    await subject.fold(hitsPosted('cg-1', { either: 1 }))
    expect(states(subject)[0]).toMatchObject({
      target: 'either',
      verdict: 'observed',
      reasons: ['runtime-hit', 'no-path', 'ambiguous-symbol'],
    })
    expect(subject.row?.ledger.unknowns).toEqual([
      { symbolId: 'either', reasons: ['ambiguous-symbol'], sources: ['runtime'] },
    ])
  })

  test('belong to the graph that their batch names', async () => {
    const subject = new FoldedSubject({ 'cg-1': closed, 'cg-2': closed })
    await subject.fold(graphPosted('cg-1', 'total'), graphPosted('cg-2', 'total'), hitsPosted('cg-2', { total: 1 }))
    expect(placed(subject)).toEqual(['cg-1 total reachable', 'cg-2 total observed'])
  })

  test('that live in the CAS count as those that came inline', async () => {
    const inline = new FoldedSubject(named)
    await inline.fold(hitsPosted('cg-1', { cart: 3, total: 2 }))
    const stored = new FoldedSubject(named)
    const hitsDigest = await stored.blobs.putBlob(
      canonicalBytes([
        { symbolId: 'cart', hitCount: 3 },
        { symbolId: 'total', hitCount: 2 },
      ]),
    )
    await stored.fold(evidenceOf({ kind: 'runtime', callgraphId: 'cg-1', hits: [], hitsDigest, source: 'agent' }))
    expect(stored.body).toEqual(inline.body)
  })
})

describe('observation windows', () => {
  test.each([
    ['that dropped nothing, say that a target was not seen', {}, 'CU'],
    ['that dropped none by its own count, too', { dropped: 0 }, 'CU'],
    ['that dropped something, prove nothing', { dropped: 1 }, 'SU'],
  ])('%s', async (_, window, latticeState) => {
    const subject = new FoldedSubject({ 'cg-1': closed })
    await subject.fold(graphPosted('cg-1', 'dead'), hitsPosted('cg-1', { main: 1 }, window))
    expect(states(subject)[0]).toMatchObject({ target: 'dead', latticeState })
  })

  test('count for states that were scored before them, even if they saw nothing new', async () => {
    const subject = new FoldedSubject({ 'cg-1': closed })
    await subject.fold(graphPosted('cg-1', 'dead'), hitsPosted('cg-1', { main: 1 }))
    expect(states(subject)[0]).toMatchObject({ target: 'dead', latticeState: 'SU' })
    await subject.fold(hitsPosted('cg-1', { main: 1 }, {}))
    expect(states(subject)[0]).toMatchObject({ target: 'dead', latticeState: 'CU' })
  })
})

describe('a recompute', () => {
  test('replaces entry points in the graphs that have them, until it clears them', async () => {
    const subject = new FoldedSubject({ 'cg-1': closed, 'cg-2': { edges: ['main>total'], entryPoints: ['main'] } })
    const original = await subject.fold(graphPosted('cg-1', 'total'), graphPosted('cg-2'))
    await subject.fold(evidenceOf({ kind: 'recompute', entryPoints: ['dead', 'gone'] }))
    expect(subject.body.callgraphs.map(({ entryPoints }) => entryPoints)).toEqual([
      [{ nodeId: 'dead', source: 'declared' }],
      [{ nodeId: 'main', source: 'declared' }],
    ])
    expect(placed(subject)).toEqual(['cg-1 total unreachable', 'cg-2 total reachable'])
    await subject.fold(evidenceOf({ kind: 'recompute', blockedEdges: [{ from: 'main', to: 'total' }] }))
    expect(placed(subject)).toEqual(['cg-1 total unreachable', 'cg-2 total unreachable'])
    expect(states(subject)[1]?.evidence.blockedEdges).toEqual([{ from: 'main', to: 'total' }])
    await subject.fold(evidenceOf({ kind: 'recompute', entryPoints: [], blockedEdges: [] }))
    expect(subject.row?.fact?.digest).toBe(original.digest)
  })

  test('gives metadata that stays, outside the digest and below our own names', async () => {
    const subject = new FoldedSubject({ 'cg-1': closed })
    const metadata = { ticket: 'T-1', 'fact.version': '99' }
    const output = await subject.fold(
      evidenceOf({ kind: 'recompute', callgraphIds: ['cg-1'], targets: ['total'], metadata }),
    )
    expect(output.metadata).toEqual({ ticket: 'T-1', 'fact.version': '1', 'fact.digest': output.digest })
  })
})

describe('unknowns', () => {
  const open: TinyGraphs = {
    'cg-1': {
      edges: ['main>lib', 'main?>a', 'island>far', 'island?>b'],
      external: ['lib', 'far'],
      entryPoints: ['main'],
    },
    'cg-2': { edges: ['main>lib', 'main?>a'], external: ['lib'], entryPoints: ['main'] },
  }

  test('are those that an entry point can reach, over all graphs each once', async () => {
    const subject = new FoldedSubject(open)
    await subject.fold(graphPosted('cg-1', 'a'), graphPosted('cg-2'))
    expect(subject.row?.ledger.unknowns).toEqual([
      { edgeFrom: 'main', edgeTo: 'a', reasons: ['unresolved-call'], sources: ['callgraph'] },
      { symbolId: 'lib', reasons: ['external-node'], sources: ['callgraph'] },
    ])
    expect(subject.body).toMatchObject({ unknownsCount: 2, unknownsPressure: 0.5 })
  })

  test('reported ones are counted with them, and replaced by the next post of their source', async () => {
    const subject = new FoldedSubject(open)
    const report = (source: string, ...symbols: string[]) =>
      evidenceOf({
        kind: 'unknowns',
        callgraphId: 'cg-1',
        source,
        unknowns: symbols.map((symbolId) => ({ symbolId, reason: 'seen' })),
      })
    await subject.fold(graphPosted('cg-1', 'a'), report('api', ' lib ', 'x', 'x'), report('other', 'x'))
    expect(subject.body.unknownsCount).toBe(3)
    expect(subject.row?.ledger.unknowns).toContainEqual({
      symbolId: 'lib',
      reasons: ['external-node', 'seen'],
      sources: ['api', 'callgraph'],
    })
    await subject.fold(report('api', 'y'))
    expect(subject.body.unknownsCount).toBe(4)
    await subject.fold(report('other', 'y'))
    expect(subject.body.unknownsCount).toBe(3)
  })

  test('are all counted, also those that are too many to be listed', async () => {
    const subject = new FoldedSubject(open, { limits: { listedUnknowns: 1 } })
    await subject.fold(graphPosted('cg-1', 'a'))
    expect(subject.body.unknownsCount).toBe(2)
    expect(subject.row?.ledger.unknowns).toHaveLength(1)
    await subject.fold(hitsPosted('cg-1', { stray: 1, strayer: 1, strayest: 1 }))
    expect(subject.body).toMatchObject({ unknownsCount: 5, unknownsPressure: 0.555556 })
    expect(subject.row?.ledger.unknowns).toHaveLength(1)
  })
})

describe('a subject at its limits', () => {
  test('may hold more symbols than targets, and as many of each as that', async () => {
    const subject = new FoldedSubject({ 'cg-1': closed }, { limits: { symbols: 3, targets: 1 } })
    await subject.fold(graphPosted('cg-1', 'dead'), hitsPosted('cg-1', { main: 1, cart: 1, total: 1 }))
    expect(subject.body.runtimeFacts).toHaveLength(3)
    expect(subject.row?.ledger.requested).toHaveLength(1)
    expect(subject.row?.ledger.exceededLimits).toEqual([])
  })

  test('keeps the ordinally smallest names, whichever came first, and says so', async () => {
    const digests = new Set<string>()
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
      [1, 2, 0],
    ]) {
      const subject = new FoldedSubject({ 'cg-1': closed }, { limits: { symbols: 2, targets: 2 } })
      const posts = [
        [graphPosted('cg-1', 'total', 'cart'), hitsPosted('cg-1', { main: 1, total: 1 })],
        [graphPosted('cg-1', 'dead'), hitsPosted('cg-1', { cart: 1 })],
        [graphPosted('cg-1', 'cart'), hitsPosted('cg-1', { cart: 1, main: 1 })],
      ]
      for (const position of order) await subject.fold(...posts[position]!)
      digests.add(subject.row!.fact!.digest)
      expect(subject.row?.ledger.requested).toHaveLength(2)
      expect(subject.row?.fact?.metadata['limits.exceeded']).toBe('symbols,targets')
      expect(subject.body.runtimeFacts).toEqual([
        { callgraphId: 'cg-1', symbolId: 'cart', hitCount: 2 },
        { callgraphId: 'cg-1', symbolId: 'main', hitCount: 2 },
      ])
    }
    expect(digests.size).toBe(1)
  })
})

test('hostile names cannot stop a fold', async () => {
  const subject = new FoldedSubject({ 'cg-1': shop })
  const { hasChanged } = await subject.fold(
    graphPosted('cg-1', '\ud800', '__proto__', ' ', 'constructor'),
    hitsPosted('cg-1', { '\udc00': 1 }),
  )
  expect(hasChanged).toBe(true)
  expect(subject.body.targets).toEqual([
    { target: '__proto__', origin: ['requested'] },
    { target: 'constructor', origin: ['requested'] },
    { target: '\ufffd', origin: ['requested', 'observed'] },
  ])
})

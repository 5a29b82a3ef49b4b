import { describe, expect, test } from 'vitest'
import type { Evidence } from '../../../src/evidence/evidence.ts'
import { mergeLedger } from '../../../src/facts/merge-ledger.ts'
import { evidenceOf, hitsPosted } from '../../support/folded-fact.ts'

function analysed(callgraphId: string, analysisId: string): Evidence {
  return evidenceOf({ kind: 'callgraph', callgraphId, targets: [], analysisId })
}

function observed(source: string, receivedAt: string): Evidence {
  return evidenceOf({ kind: 'runtime', callgraphId: 'cg-1', hits: [], source }, { receivedAt })
}

/** Whatever the order and the batching. */
function ledgersOf(evidence: readonly Evidence[]) {
  const [first, ...others] = evidence
  const oneByOne = others.reduce((ledger, each) => mergeLedger(ledger, [each]), mergeLedger(undefined, [first!]))
  return [mergeLedger(undefined, evidence), mergeLedger(undefined, evidence.toReversed()), oneByOne]
}

describe('the ledger', () => {
  test('names graphs and analyses in ordinal order, whichever came first', () => {
    const evidence = [analysed('b', 'analysis-2'), analysed('Z', 'analysis-1'), analysed('a', 'analysis-3')]
    for (const ledger of ledgersOf(evidence)) {
      expect(ledger.callgraphIds).toEqual(['Z', 'a', 'b'])
      expect(ledger.analysisIds).toEqual(['analysis-1', 'analysis-2', 'analysis-3'])
    }
  })

  test('keeps the ordinally smallest 100 analyses, and sources, that posts made up', () => {
    const names = Array.from({ length: 120 }, (_, number) => `name-${String(number).padStart(3, '0')}`)
    const times = '2026-11-20T11:30:00.000Z'
    for (const order of [names, names.toReversed()]) {
      const ledger = mergeLedger(
        undefined,
        order.flatMap((name) => [analysed('cg-1', name), observed(name, times)]),
      )
      expect(ledger.analysisIds).toEqual(names.slice(0, 100))
      expect(ledger.provenance.sources).toEqual(names.slice(0, 100))
    }
  })

  test('tells the last ingest of what was observed, also when an earlier one is folded later', () => {
    const evidence = [observed('b', '2026-11-20T11:30:00.001Z'), observed('a', '2026-11-20T11:30:00.000Z')]
    for (const { provenance } of ledgersOf(evidence)) {
      expect(provenance).toEqual({
        sources: ['a', 'b'],
        callgraphIds: ['cg-1'],
        ingestedAt: '2026-11-20T11:30:00.001Z',
      })
    }
  })

  test('takes the strongest of the ways in which its subject was named, whichever came first', () => {
    const named = (subject: NonNullable<Evidence['subject']>) =>
      evidenceOf({ kind: 'callgraph', callgraphId: 'cg-1', targets: [] }, { subject })
    const ways = [{ imageDigest: 'x' }, { scanId: 'x' }, { component: 'x', version: '1' }].map(named)
    for (const { subject } of ledgersOf(ways)) expect(subject).toEqual({ scanId: 'x' })
    for (const { subject } of ledgersOf([ways[2]!, ways[0]!])) expect(subject).toEqual({ imageDigest: 'x' })
  })

  test('knows a graph as watched once a whole window was declared, and for ever', () => {
    const watched = (...evidence: Evidence[]) => mergeLedger(undefined, evidence).watchedCallgraphIds
    const whole = hitsPosted('cg-1', {}, {})
    const leaky = hitsPosted('cg-1', {}, { dropped: 1 })
    expect([watched(leaky), watched(whole, leaky), watched(leaky, whole)]).toEqual([[], ['cg-1'], ['cg-1']])
    expect(watched(hitsPosted('cg-1', {}))).toEqual([])
  })

  test('takes what a recompute gives in place of what was given before, cleaned and each once', () => {
    const given = (from: string, ...entryPoints: string[]) =>
      evidenceOf({
        kind: 'recompute',
        entryPoints,
        blockedEdges: [
          { from, to: 'b' },
          { from: ` ${from}`, to: 'b ' },
          { from, to: 'a' },
        ],
        metadata: { from },
      })
    const first = mergeLedger(undefined, [given('x', 'old')])
    const ledger = mergeLedger(first, [given('y', ' main', 'main', 'a')])
    expect(ledger).toMatchObject({
      entryPoints: ['a', 'main'],
      blockedEdges: [
        { from: 'y', to: 'a' },
        { from: 'y', to: 'b' },
      ],
      metadata: { from: 'y' },
    })
    expect(mergeLedger(ledger, [evidenceOf({ kind: 'recompute' })])).toEqual(ledger)
  })
})

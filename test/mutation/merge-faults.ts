import { type Fault, faultsIn } from './fault.ts'

export const mergeFaults: readonly Fault[] = [
  ...faultsIn('src/facts/merge-evidence.ts', [
    {
      name: 'hits-of-another-name-lost',
      find: 'fresh.get(key) ?? { callgraphId',
      replace: '{ callgraphId',
      why: 'hits of several names of one node are summed',
    },
    {
      name: 'largest-graph-places-a-name',
      find: 'fresh.namedWith < previous.namedWith',
      replace: 'fresh.namedWith > previous.namedWith',
      why: 'the ordinally smallest graph of its posts does, or the order of posts decides',
    },
    {
      name: 'symbols-bounded-like-targets',
      find: 'upserted, limits.symbols)',
      replace: 'upserted, limits.targets)',
      why: 'nine tenths of what was observed would be dropped',
    },
    {
      name: 'a-new-hit-is-nothing-new',
      find: "if (firstHits.length === 0) return { kind: 'none' }",
      replace: "if (firstHits.length >= 0) return { kind: 'none' }",
      why: 'states would not know of the hit',
    },
    {
      name: 'first-report-of-a-source-stays',
      find: "if (payload.kind === 'unknowns') latest",
      replace: "if (payload.kind === 'unknowns' && !latest.has(payload.source)) latest",
      why: 'a post replaces what its source reported',
    },
    {
      name: 'blocked-edges-change-nothing',
      find: '...graphs, entryPoints, blockedEdges,',
      replace: '...graphs, entryPoints,',
      why: 'states would be kept that the block makes wrong',
    },
    {
      name: 'a-window-changes-nothing',
      find: 'watchedCallgraphIds, reportedUnknowns })',
      replace: 'reportedUnknowns })',
      why: 'states would not know that somebody watched',
    },
    {
      name: 'entries-in-order-of-the-locale',
      find: 'compareOrdinal(keyOf(one), keyOf(other))',
      replace: 'keyOf(one).localeCompare(keyOf(other))',
      why: 'one fact would have another digest on another machine',
    },
  ]),
  ...faultsIn('src/facts/merge-ledger.ts', [
    {
      name: 'silence-of-an-observer-that-dropped-events',
      find: ' && (window.dropped ?? 0) === 0',
      replace: '',
      why: 'what was dropped may have been the hit',
    },
    {
      name: 'earliest-ingest-stays',
      find: 'one === undefined || one < other',
      replace: 'one === undefined || one > other',
      why: 'provenance tells the last ingest',
    },
    {
      name: 'graphs-as-they-came',
      find: '[...new Set([...one, ...other])].sort()',
      replace: '[...new Set([...one, ...other])]',
      why: 'the order of batches would be in the fact',
    },
    {
      name: 'entry-points-of-recomputes-add-up',
      find: 'united([], payload.entryPoints',
      replace: 'united(ledger.entryPoints, payload.entryPoints',
      why: 'what a recompute gives replaces what was given before',
    },
    {
      name: 'analyses-without-limit',
      find: 'united(ledger.analysisIds, [analysisId]).slice(0, maxNotedNames)',
      replace: 'united(ledger.analysisIds, [analysisId])',
      why: 'any request may make up names, and a row holds them for ever',
    },
    {
      name: 'weaker-subject-stays',
      find: 'strength(other) > strength(one)',
      replace: 'strength(other) < strength(one)',
      why: 'a fact must not depend on which way of naming its subject came first',
    },
  ]),
  ...faultsIn('src/facts/merge-context.ts', [
    {
      name: 'context-forgets-that-there-was-more',
      find: 'isTruncated: context.isTruncated || fresh',
      replace: 'isTruncated: fresh',
      why: 'the flag would fall with the next batch',
    },
    {
      name: 'context-without-limit',
      find: '{ list, limit: maxRecords }',
      replace: '{ list, limit: 2 * maxRecords }',
      why: 'which records stay depends on nothing but the records',
    },
  ]),
]

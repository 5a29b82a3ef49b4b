import { type Fault, faultsIn } from './fault.ts'

export const foldFaults: readonly Fault[] = [
  ...faultsIn('src/facts/fold.ts', [
    {
      name: 'ids-leave-folded-with-the-save',
      find: 'const folded = evidence.map(({ id }) => id)',
      replace: 'const folded: string[] = []',
      why: 'a crash before the mark would count a batch twice',
    },
    {
      name: 'what-an-earlier-fold-saved-is-not-marked',
      find: 'if (row) await markFolded(deps, row, marked)',
      replace: '',
      why: 'a batch that is in the fact already would be counted again',
    },
    {
      name: 'conflict-taken-for-saved',
      find: "=== 'conflict') return 'again'",
      replace: "=== 'conflict') deps.failPoints.reach('after-save')",
      why: 'evidence would be marked that no fact holds: a batch lost',
    },
    {
      name: 'one-unrelayed-event-too-many',
      find: 'row.events.length >= deps.limits.unrelayedEvents',
      replace: 'row.events.length > deps.limits.unrelayedEvents',
      why: 'a limit is what may be there, not one more',
    },
    {
      name: 'version-raised-without-a-change',
      find: '+ (output.hasChanged ? 1 : 0)',
      replace: '+ 1',
      why: 'a version is one more per changed digest',
    },
    {
      name: 'event-without-a-change',
      find: 'if (!output.hasChanged) {',
      replace: 'if (!output.body) {',
      why: 'an event would announce a fact that is the same',
    },
    {
      name: 'waiting-events-forgotten',
      find: 'events: [...(row?.events ?? []), event]',
      replace: 'events: [event]',
      why: 'a fact would have had a version that nobody was told of',
    },
    {
      name: 'revision-not-raised',
      find: '(row?.revision ?? 0) + 1',
      replace: 'row?.revision ?? 1',
      why: 'compare-and-set is on the revision',
    },
    {
      name: 'evidence-without-limit',
      find: 'deps.queue.pending(subject, deps.limits.evidencePerFold)',
      replace: 'deps.queue.pending(subject, Number.MAX_SAFE_INTEGER)',
      why: 'a fold would hold all of a flood in memory',
    },
    {
      name: 'graphs-of-earlier-posts-forgotten',
      find: '...(row?.ledger.callgraphIds ?? []), ',
      replace: '',
      why: 'states in earlier graphs would vanish with the next batch',
    },
    {
      name: 'large-body-in-the-row',
      find: '...(body.byteLength <= maxBodyBytesInRow && { body }),',
      replace: 'body,',
      why: 'a document of the store must stay small',
    },
    {
      name: 'receipt-names-version-0',
      find: 'row.version === 0 ? undefined : row.version',
      replace: 'row.version',
      why: 'there is no fact of version 0',
    },
    {
      name: 'log-told-of-no-change',
      find: 'if (output.hasChanged) deps.onUpdated(',
      replace: 'deps.onUpdated(',
      why: 'the log would count updates that were none',
    },
  ]),
  ...faultsIn('src/facts/compute-fact.ts', [
    {
      name: 'anything-makes-a-fact',
      find: 'input.row?.fact !== undefined || input.evidence.some(makesFact)',
      replace: 'true',
      why: 'unknowns alone are kept, and make none',
    },
    {
      name: 'states-kept-though-their-basis-changed',
      find: 'const isSameBasis = previous?.scored.basis === basis',
      replace: 'const isSameBasis = previous !== undefined',
      why: 'a new entry point, block or graph would change nothing',
    },
    {
      name: 'states-kept-though-there-are-new-names',
      find: "isSameBasis && unscored.kind === 'none'",
      replace: 'isSameBasis',
      why: 'a new hit or target would have no state',
    },
    {
      name: 'body-not-put',
      find: '  await deps.putBlob(body)',
      replace: '',
      why: 'the digest would name bytes that nobody has',
    },
    {
      name: 'first-fact-changes-no-verdict',
      find: 'verdictsDigest ?? nothing',
      replace: 'verdictsDigest ?? scored.totals.verdictsDigest',
      why: 'an event would say that only evidence grew',
    },
    {
      name: 'graphs-in-order-of-the-locale',
      find: 'compareOrdinal(one.callgraphId, other.callgraphId)',
      replace: 'one.callgraphId.localeCompare(other.callgraphId)',
      why: 'one fact would have another digest on another machine',
    },
    {
      name: 'graph-named-by-a-recompute-makes-no-fact',
      find: ' || (payload.callgraphIds ?? []).length > 0',
      replace: '',
      why: 'a subject that was given a graph has a fact',
    },
  ]),
]

import type { BlockedEdge, Evidence, RecomputeEvidence, RuntimeEvidence } from '../evidence/evidence.ts'
import type { Subject } from '../identifiers/subject.ts'
import { compareTuples } from '../lib/ordinal.ts'
import { cleanName } from './clean-name.ts'
import { emptyLedger, type FactLedger } from './fact-ledger.ts'

/** Of names that any request may make up, as many as a row can hold for ever. */
const maxNotedNames = 100

/**
 * Folds into the ledger all that is short. Sets only grow, so order says nothing; what a recompute gives replaces what
 * was given before, in order of arrival.
 */
export function mergeLedger(previous: FactLedger | undefined, evidence: readonly Evidence[]): FactLedger {
  const ledger = previous ?? emptyLedger(firstSubject(evidence))
  return evidence.reduce(mergeOne, ledger)
}

function mergeOne(before: FactLedger, { subject, payload, receivedAt }: Evidence): FactLedger {
  const ledger = subject ? { ...before, subject: strongerSubject(before.subject, subject) } : before
  switch (payload.kind) {
    case 'callgraph':
      return noteAnalysis(noteCallgraphs(ledger, [payload.callgraphId]), payload.analysisId)
    case 'runtime':
      return mergeRuntime(ledger, payload, receivedAt)
    case 'recompute':
      return mergeRecompute(ledger, payload)
    case 'unknowns':
      return noteCallgraphs(ledger, [payload.callgraphId])
  }
}

function mergeRuntime(before: FactLedger, payload: RuntimeEvidence, receivedAt: string): FactLedger {
  const { callgraphId, window, source, analysisId } = payload
  const ledger = noteAnalysis(noteCallgraphs(before, [callgraphId]), analysisId)
  // Silence proves nothing where something was dropped.
  const isWatched = window !== undefined && (window.dropped ?? 0) === 0
  const { provenance, watchedCallgraphIds } = ledger
  return {
    ...ledger,
    watchedCallgraphIds: isWatched ? united(watchedCallgraphIds, [callgraphId]) : watchedCallgraphIds,
    provenance: {
      sources: united(provenance.sources, [source]).slice(0, maxNotedNames),
      callgraphIds: united(provenance.callgraphIds, [callgraphId]),
      ingestedAt: later(provenance.ingestedAt, receivedAt),
    },
  }
}

function mergeRecompute(before: FactLedger, payload: RecomputeEvidence): FactLedger {
  const ledger = noteCallgraphs(before, payload.callgraphIds ?? [])
  return {
    ...ledger,
    ...(payload.entryPoints && { entryPoints: united([], payload.entryPoints.map(cleanName)) }),
    ...(payload.blockedEdges && { blockedEdges: cleanEdges(payload.blockedEdges) }),
    ...(payload.metadata && { metadata: payload.metadata }),
  }
}

function noteCallgraphs(ledger: FactLedger, callgraphIds: readonly string[]): FactLedger {
  return { ...ledger, callgraphIds: united(ledger.callgraphIds, callgraphIds) }
}

function noteAnalysis(ledger: FactLedger, analysisId: string | undefined): FactLedger {
  if (analysisId === undefined) return ledger
  return { ...ledger, analysisIds: united(ledger.analysisIds, [analysisId]).slice(0, maxNotedNames) }
}

function cleanEdges(edges: readonly BlockedEdge[]): BlockedEdge[] {
  const cleaned = edges.map(({ from, to }) => ({ from: cleanName(from), to: cleanName(to) }))
  const distinct = new Map(cleaned.map((edge) => [`${edge.from}\0${edge.to}`, edge]))
  return [...distinct.values()].sort((one, other) => compareTuples([one.from, one.to], [other.from, other.to]))
}

function united(one: readonly string[], other: readonly string[]): readonly string[] {
  if (other.every((text) => one.includes(text))) return one
  return [...new Set([...one, ...other])].sort()
}

function later(one: string | undefined, other: string): string {
  return one === undefined || one < other ? other : one
}

function firstSubject(evidence: readonly Evidence[]): Subject {
  const subject = evidence.find((each) => each.subject)?.subject
  if (!subject) throw new TypeError('evidence that is to be folded has a subject')
  return subject
}

/** One key can be given as a scan id and as an image digest; the fact must not depend on which came first. */
function strongerSubject(one: Subject, other: Subject): Subject {
  const strength = (subject: Subject): number => ('scanId' in subject ? 2 : 'imageDigest' in subject ? 1 : 0)
  return strength(other) > strength(one) ? other : one
}

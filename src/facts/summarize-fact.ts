import type { Digest } from '../identifiers/digest.ts'
import { entryCountOf } from './chunked-list.ts'
import type { ComputedLists } from './computed-lists.ts'
import type { FactSummary, RuntimeFact } from './fact.ts'
import type { FactLedger, StoredList } from './fact-ledger.ts'
import type { FactScores } from './state-totals.ts'

export interface SummarySource extends ComputedLists {
  readonly subjectKey: string
  readonly version: number
  readonly digest: Digest
  readonly nowTimestamp: string
  readonly runtimeFacts: StoredList<RuntimeFact>
  readonly scores: FactScores
}

export function factSummary(source: SummarySource): FactSummary {
  const { subjectKey, version, digest, nowTimestamp, scores, scored } = source
  const { verdict, bucket, weight, averageConfidence, buckets, verdicts, stateCount } = scored.totals
  return {
    subjectKey,
    version,
    digest,
    computedAt: nowTimestamp,
    callgraphIds: source.callgraphs.map(({ callgraphId }) => callgraphId),
    stateCount,
    targetCount: entryCountOf(source.targets),
    runtimeFactCount: entryCountOf(source.runtimeFacts),
    unknownsCount: scored.unknownsCount,
    ...scores,
    verdict,
    bucket,
    weight,
    averageConfidence,
    buckets,
    verdicts,
  }
}

interface MetadataSource {
  readonly ledger: FactLedger
  readonly version: number
  readonly digest: Digest
}

/** What stands beside the covered members; our own names win over those that a recompute gave. */
export function factMetadata({ ledger, version, digest }: MetadataSource): Record<string, string> {
  const { sources, callgraphIds, ingestedAt } = ledger.provenance
  return {
    ...ledger.metadata,
    ...(sources.length > 0 && { 'provenance.source': sources.join(',') }),
    ...(callgraphIds.length > 0 && { 'provenance.callgraphId': callgraphIds.join(',') }),
    ...(ingestedAt !== undefined && { 'provenance.ingestedAt': ingestedAt }),
    ...(ledger.exceededLimits.length > 0 && { 'limits.exceeded': ledger.exceededLimits.join(',') }),
    'fact.version': String(version),
    'fact.digest': digest,
  }
}

import type { EntryPointSource } from '../callgraphs/callgraph.ts'
import type { SymbolHits } from '../evidence/evidence.ts'
import type { Digest } from '../identifiers/digest.ts'
import type { Subject } from '../identifiers/subject.ts'
import type { ContextRecord, contextAoc } from '../provenance/context-facts.ts'
import type { Bucket, State, Verdict } from '../scoring/state.ts'

export type { Bucket, LatticeState, Reason, Verdict } from '../scoring/state.ts'

export const factSchema = 'signals.fact.v1'

/** The members that `fact.digest` covers (contracts, 6). */
export interface FactBody {
  readonly schema: typeof factSchema
  readonly subject: Subject
  readonly subjectKey: string
  readonly callgraphs: readonly FactCallgraph[]
  readonly callgraphId: string | null
  readonly scoringProfile: { readonly name: string; readonly digest: Digest }
  readonly targets: LongList<FactTarget>
  readonly states: LongList<FactState>
  readonly runtimeFacts: LongList<RuntimeFact>
  readonly contextFacts: ContextFacts
  readonly unknownsCount: number
  readonly unknownsPressure: number
  readonly score: number
  readonly requestedScore: number | null
  readonly verdict: Verdict
}

/** Inline up to 1,000 entries; beyond, chunks that are CAS blobs of their own. */
export type LongList<Entry> = readonly Entry[] | ChunkedList

export interface ChunkedList {
  readonly count: number
  readonly chunks: readonly Digest[]
}

export interface FactCallgraph {
  readonly callgraphId: string
  readonly graphHash: Digest
  readonly language: string
  readonly closedWorld: boolean
  readonly entryPoints: readonly { readonly nodeId: string; readonly source: EntryPointSource }[]
  /** Only where they are more than a body can hold. */
  readonly entryPointCount?: number
}

/** What all batches say of processes, containers and packages. Source: contracts, 10. */
export interface ContextFacts {
  readonly aoc: typeof contextAoc
  readonly records: LongList<ContextRecord>
  /** Present when there were more records than are kept. */
  readonly truncated?: true
}

export type TargetOrigin = 'requested' | 'observed'

export interface FactTarget {
  readonly target: string
  readonly origin: readonly TargetOrigin[]
}

export type FactState = State

export interface RuntimeFact extends SymbolHits {
  readonly callgraphId: string
}

/** What a list of facts shows, and what an event's summary is made of. */
export interface FactSummary {
  readonly subjectKey: string
  readonly version: number
  readonly digest: Digest
  readonly computedAt: string
  readonly callgraphIds: readonly string[]
  readonly stateCount: number
  readonly targetCount: number
  readonly runtimeFactCount: number
  readonly unknownsCount: number
  readonly unknownsPressure: number
  readonly score: number
  readonly requestedScore: number | null
  readonly verdict: Verdict
  /** Of the highest-scoring state, ties by order; null without states. */
  readonly bucket: Bucket | null
  readonly weight: number | null
  readonly averageConfidence: number
  /** Distinct buckets and verdicts of the states, for the list's filters. */
  readonly buckets: readonly Bucket[]
  readonly verdicts: readonly Verdict[]
}

import type { BlockedEdge } from '../evidence/evidence.ts'
import type { Digest } from '../identifiers/digest.ts'
import type { Subject } from '../identifiers/subject.ts'
import type { StateTotals } from './state-totals.ts'
import type { Unknown } from './unknown.ts'

/** What the next fold must remember and the fact's covered body does not say. Small: long lists stand in it by digest. */
export interface FactLedger {
  readonly subject: Subject
  /** The ordinally smallest 100 that its posts named. */
  readonly analysisIds: readonly string[]
  readonly provenance: FactProvenance
  /** What a recompute gave, until another gives again. */
  readonly metadata: Readonly<Record<string, string>>
  /** Entry points given by a recompute; they replace those of each graph in which they are nodes. */
  readonly entryPoints: readonly string[]
  readonly blockedEdges: readonly BlockedEdge[]
  /** Graphs that the subject's posts named, in ordinal order. */
  readonly callgraphIds: readonly string[]
  /** Graphs for which a batch declared its observation window and dropped nothing. */
  readonly watchedCallgraphIds: readonly string[]
  /** Names that a caller asked for, as given: a later graph may resolve them otherwise. In order of name. */
  readonly requested: StoredList<RequestedName>
  /** The fact's lists, where they are too long to stand in its body. */
  readonly chunked: {
    readonly targets?: ListIndex
    readonly runtimeFacts?: ListIndex
    readonly states?: ListIndex
    readonly contextRecords?: ListIndex
  }
  /** The ordinally smallest of those that the fact counts. */
  readonly unknowns: StoredList<Unknown>
  /** Unknowns reported over the API, in order of source: its latest list, a canonical JSON array in the CAS. */
  readonly reportedUnknowns: readonly ReportedUnknownsIndex[]
  /** Lists that were longer than a subject may hold, of which the ordinally smallest entries were kept; in ordinal order. */
  readonly exceededLimits: readonly string[]
  /** What the states were last made of, and what they came to; absent while there is no fact. */
  readonly scored?: Scored
}

export interface FactProvenance {
  readonly sources: readonly string[]
  readonly callgraphIds: readonly string[]
  readonly ingestedAt?: string
}

export interface RequestedName {
  readonly name: string
  /** The ordinally smallest graph of the posts that named it; empty when one named no graph, which means the fact's first. */
  readonly namedWith: string
}

export interface ReportedUnknownsIndex {
  readonly source: string
  readonly digest: Digest
  readonly count: number
}

export interface Scored {
  readonly basis: Digest
  readonly totals: StateTotals
  readonly unknownsCount: number
}

/** Inline up to 1,000 entries; beyond, chunks. */
export type StoredList<Entry> = readonly Entry[] | ListIndex

/** An ordered list of entries as content-defined chunks (small print of contracts, 6). */
export interface ListIndex {
  readonly count: number
  readonly chunks: readonly ChunkIndex[]
}

export interface ChunkIndex {
  readonly digest: Digest
  readonly count: number
  /** Sort key of the chunk's first entry. */
  readonly firstKey: string
}

export function emptyLedger(subject: Subject): FactLedger {
  return {
    subject,
    analysisIds: [],
    provenance: { sources: [], callgraphIds: [] },
    metadata: {},
    entryPoints: [],
    blockedEdges: [],
    callgraphIds: [],
    watchedCallgraphIds: [],
    requested: [],
    chunked: {},
    unknowns: [],
    reportedUnknowns: [],
    exceededLimits: [],
  }
}

import type { BlockedEdge } from '../evidence/evidence.ts'
import type { Digest } from '../identifiers/digest.ts'
import type { Subject } from '../identifiers/subject.ts'

/** What the next fold must remember and the fact's covered body does not say. Small: long lists stand in it by digest. */
export interface FactLedger {
  readonly subject: Subject
  readonly analysisIds: readonly string[]
  readonly sources: readonly string[]
  readonly metadata: Readonly<Record<string, string>>
  /** Entry points given by a recompute; they replace those of each graph in which they are nodes. */
  readonly entryPoints?: readonly string[]
  readonly blockedEdges?: readonly BlockedEdge[]
  /** Graphs that the subject's posts named; first `callgraphId` in ordinal order is the fact's. */
  readonly callgraphIds: readonly string[]
  /** Which graph each target was named with; only for targets that are a node of none. */
  readonly watchedCallgraphIds: readonly string[]
  /** Sums that reached 2^53−1 and stay there. */
  readonly isSaturated?: boolean
  /** Where each long list's chunks begin, so that a fold finds the ones it touches. */
  readonly lists: {
    readonly targets: ListIndex
    readonly runtimeFacts: ListIndex
    readonly states: ListIndex
    readonly unknowns: ListIndex
  }
  /** Unknowns reported over the API: the source's latest list, a canonical JSON array in the CAS. */
  readonly reportedUnknowns: Readonly<Record<string, { readonly digest: Digest; readonly count: number }>>
}

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

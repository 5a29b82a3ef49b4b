/** `signals.fact.updated.v1` (contracts, 9), in the seed's spelling on the outside and ours within `summary`. */
export const factUpdatedType = 'signals.fact.updated.v1'

export interface FactUpdated {
  /** UUID, the same across retries. */
  readonly event_id: string
  readonly emitted_at: string
  readonly tenant: string
  readonly subject_key: string
  readonly fact_kind: 'callgraph' | 'runtime' | 'reachability' | 'signal'
  readonly fact_version: number
  readonly digest: string
  readonly content_type: 'application/json'
  readonly producer: string
  readonly source: { readonly pipeline: 'signals'; readonly release?: string }
  readonly trace: { readonly trace_id: string; readonly span_id: string }
  readonly summary: FactUpdatedSummary
}

export interface FactUpdatedSummary {
  readonly bucket: string | null
  readonly weight: number | null
  readonly stateCount: number
  readonly score: number
  /** The first 100. */
  readonly targets: readonly string[]
  readonly unknownsCount: number
  readonly unknownsPressure: number
  readonly averageConfidence: number
  readonly callgraphIds: readonly string[]
  readonly analysisIds: readonly string[]
  readonly verdict: string
  readonly change: FactChange
  readonly computedAt: string
}

/** `verdict` when any target's verdict changed, else `evidence`. */
export type FactChange = 'verdict' | 'evidence'

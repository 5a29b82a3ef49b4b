import type { BlockedEdge } from '../evidence/evidence.ts'

export type Bucket = 'unreachable' | 'entrypoint' | 'runtime' | 'direct' | 'unknown'

export type Verdict = 'observed' | 'reachable' | 'unreachable' | 'unknown'

/** Worst first: a fact's verdict is that of its worst target. */
export const verdictsWorstFirst = ['observed', 'reachable', 'unknown', 'unreachable'] as const satisfies Verdict[]

/** In the order in which a state lists them. */
export const reasonsInOrder = [
  'runtime-hit',
  'static-path',
  'no-path',
  'not-in-graph',
  'no-entry-points',
  'entry-points-guessed',
  'open-world',
  'unresolved-calls',
  'ambiguous-symbol',
] as const

export type Reason = (typeof reasonsInOrder)[number]

/** Static evidence joined with runtime evidence; X is contested, and reported, not hidden. */
export type LatticeState = 'U' | 'SR' | 'SU' | 'RO' | 'RU' | 'CR' | 'CU' | 'X'

/** What is known of one target in one graph. Numbers are rounded to 6 decimals. */
export interface State {
  readonly callgraphId: string
  readonly target: string
  readonly reachable: boolean
  readonly verdict: Verdict
  readonly reasons: readonly Reason[]
  readonly bucket: Bucket
  readonly weight: number
  readonly confidence: number
  readonly score: number
  readonly latticeState: LatticeState
  readonly path: readonly string[]
  /** Only where the path is longer than a state shows: then `path` is its beginning, and the target. */
  readonly pathLength?: number
  readonly evidence: { readonly runtimeHits: readonly string[]; readonly blockedEdges: readonly BlockedEdge[] }
}

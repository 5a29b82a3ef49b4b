export type Bucket = 'unreachable' | 'entrypoint' | 'runtime' | 'direct' | 'unknown'

export type Verdict = 'observed' | 'reachable' | 'unreachable' | 'unknown'

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

/** What holds for every target of one graph. */
export interface GraphConditions {
  readonly isClosedWorld: boolean
  readonly hasEntryPoints: boolean
  readonly hasGuessedEntryPoints: boolean
  /** An external node or an unresolved call can be reached from an entry point. */
  readonly reachesUnknownCode: boolean
  /** A batch for this graph declared its observation window, and dropped nothing. */
  readonly isWatched: boolean
}

export type TargetPresence = 'node' | 'ambiguous' | 'absent'

/** What was collected of one target in one graph: all that judging and weighing look at. */
export interface TargetEvidence {
  readonly graph: GraphConditions
  readonly presence: TargetPresence
  readonly isEntryPoint: boolean
  /** Nodes on the shortest path, both ends included; 0 when there is none. */
  readonly pathLength: number
  readonly hasHitOnPath: boolean
  /** On any node that can be reached and that reaches the target, whichever path is the shortest. */
  readonly hasHitOnAnyPath: boolean
  readonly hasHitOnTarget: boolean
}

/**
 * An unreachable must be earned: only a closed world with known entry points, from which nothing unknown can be reached,
 * may say that a node of the graph cannot be called.
 */
export function isEarnedUnreachable({ graph, presence, pathLength }: TargetEvidence): boolean {
  return (
    pathLength === 0 &&
    presence === 'node' &&
    graph.isClosedWorld &&
    graph.hasEntryPoints &&
    !graph.hasGuessedEntryPoints &&
    !graph.reachesUnknownCode
  )
}

import { type Reason, reasonsInOrder, type Verdict } from './state.ts'
import { isEarnedUnreachable, type TargetEvidence } from './target-evidence.ts'

export interface Judgement {
  readonly verdict: Verdict
  readonly reasons: readonly Reason[]
}

/** The verdict, first match wins, and every reason that holds. Source: contracts, 6. */
export function judge(evidence: TargetEvidence): Judgement {
  return { verdict: verdictOf(evidence), reasons: reasonsInOrder.filter((reason) => holds[reason](evidence)) }
}

function verdictOf(evidence: TargetEvidence): Verdict {
  if (evidence.hasHitOnTarget) return 'observed'
  if (evidence.pathLength > 0) return 'reachable'
  return isEarnedUnreachable(evidence) ? 'unreachable' : 'unknown'
}

const holds: Readonly<Record<Reason, (evidence: TargetEvidence) => boolean>> = {
  'runtime-hit': ({ hasHitOnTarget }) => hasHitOnTarget,
  'static-path': ({ pathLength }) => pathLength > 0,
  'no-path': ({ pathLength }) => pathLength === 0,
  'not-in-graph': ({ presence }) => presence === 'absent',
  'no-entry-points': ({ graph }) => !graph.hasEntryPoints,
  'entry-points-guessed': ({ graph }) => graph.hasGuessedEntryPoints,
  'open-world': ({ graph }) => !graph.isClosedWorld,
  'unresolved-calls': ({ graph }) => graph.reachesUnknownCode,
  'ambiguous-symbol': ({ presence }) => presence === 'ambiguous',
}

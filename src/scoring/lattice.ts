import type { ScoringOptions } from './profile.ts'
import type { LatticeState } from './state.ts'
import { isEarnedUnreachable, type TargetEvidence } from './target-evidence.ts'

type StaticEvidence = 'SR' | 'SU' | 'none'
type RuntimeEvidence = 'RO' | 'RU' | 'none'

/** Static evidence joined with runtime evidence; only whole and contradicting evidence contests. Source: contracts, 6. */
export function latticeStateOf(options: ScoringOptions, evidence: TargetEvidence): LatticeState {
  const observed = runtimeEvidenceOf(evidence)
  const contested = options.contestUnobserved ? 'X' : 'SR'
  return joined(contested)[staticEvidenceOf(evidence)][observed]
}

function joined(
  reachableButUnobserved: LatticeState,
): Readonly<Record<StaticEvidence, Readonly<Record<RuntimeEvidence, LatticeState>>>> {
  return {
    SR: { RO: 'CR', RU: reachableButUnobserved, none: 'SR' },
    SU: { RO: 'X', RU: 'CU', none: 'SU' },
    none: { RO: 'RO', RU: 'RU', none: 'U' },
  }
}

function staticEvidenceOf(evidence: TargetEvidence): StaticEvidence {
  if (evidence.pathLength > 0) return 'SR'
  return isEarnedUnreachable(evidence) ? 'SU' : 'none'
}

function runtimeEvidenceOf({ hasHitOnTarget, graph }: TargetEvidence): RuntimeEvidence {
  if (hasHitOnTarget) return 'RO'
  return graph.isWatched ? 'RU' : 'none'
}

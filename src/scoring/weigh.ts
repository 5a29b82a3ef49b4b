import type { ProfileName, ScoringOptions, ScoringProfile } from './profile.ts'
import type { Bucket } from './state.ts'
import type { TargetEvidence } from './target-evidence.ts'

/** Unrounded: sums are taken over these, and only results are rounded. */
export interface Weighed {
  readonly bucket: Bucket
  readonly weight: number
  readonly confidence: number
  readonly score: number
}

export function weigh(profile: ScoringProfile, evidence: TargetEvidence): Weighed {
  return weighings[profile.name](profile.options, evidence)
}

const weighings: Readonly<Record<ProfileName, (options: ScoringOptions, evidence: TargetEvidence) => Weighed>> = {
  'signals-v1': weighBySeedTable,
}

/** The table as the seed fixes it, including that a runtime hit takes a direct call from 0.85 to 0.45. */
function weighBySeedTable(options: ScoringOptions, evidence: TargetEvidence): Weighed {
  const bucket = bucketOf(evidence)
  const weight = options.weights[bucket]
  const confidence = confidenceOf(options, evidence)
  return { bucket, weight, confidence, score: confidence * weight }
}

function bucketOf({ pathLength, isEntryPoint, hasHitOnPath }: TargetEvidence): Bucket {
  if (pathLength === 0) return 'unreachable'
  if (isEntryPoint) return 'entrypoint'
  if (hasHitOnPath) return 'runtime'
  return pathLength <= 2 ? 'direct' : 'unknown'
}

function confidenceOf({ confidence }: ScoringOptions, evidence: TargetEvidence): number {
  const base = evidence.pathLength > 0 ? confidence.reachable : confidence.unreachable
  const bonus = evidence.hasHitOnPath || evidence.hasHitOnTarget ? confidence.runtimeBonus : 0
  return Math.min(Math.max(base + bonus, confidence.minimum), confidence.maximum)
}

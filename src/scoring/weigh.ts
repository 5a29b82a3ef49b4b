import type { ProfileName, ScoringOptions, ScoringProfile } from './profile.ts'
import type { Bucket } from './state.ts'
import type { TargetEvidence } from './target-evidence.ts'

/** Unrounded: sums are taken over these, and only results are rounded. */
export interface Weighed {
  readonly bucket: Bucket
  /** The row of the table that gave the weight: the bucket's own, but in `monotone-v1` the heaviest that holds. */
  readonly row: Bucket
  readonly weight: number
  readonly confidence: number
  /** What the confidence is made of, before it is clamped. */
  readonly confidenceParts: { readonly base: number; readonly runtimeBonus: number }
  readonly score: number
}

export function weigh(profile: ScoringProfile, evidence: TargetEvidence): Weighed {
  return weighings[profile.name](profile.options, evidence)
}

const weighings: Readonly<Record<ProfileName, (options: ScoringOptions, evidence: TargetEvidence) => Weighed>> = {
  'signals-v1': weighBySeedTable,
  'monotone-v1': weighMonotonously,
}

/** The table as the seed fixes it, including that a runtime hit takes a direct call from 0.85 to 0.45. */
function weighBySeedTable(options: ScoringOptions, evidence: TargetEvidence): Weighed {
  const { hasHitOnPath, hasHitOnTarget } = evidence
  const bucket = bucketsInOrder.find((row) => seedRows[row](evidence)) ?? 'unknown'
  return weighed(options, evidence, { bucket, row: bucket, isHit: hasHitOnPath || hasHitOnTarget })
}

/**
 * No row takes weight from another: of all that hold the heaviest counts. A hit counts wherever it cannot be undone by a
 * further edge, which may move the shortest path: on the target, or on any way to it. Source: small print of contracts, 6.
 */
function weighMonotonously(options: ScoringOptions, evidence: TargetEvidence): Weighed {
  const holding = monotoneBucketsInOrder.filter((row) => monotoneRows[row](evidence))
  const [bucket = 'unknown'] = holding
  const row = holding.reduce((best, next) => (options.weights[next] > options.weights[best] ? next : best), bucket)
  return weighed(options, evidence, { bucket, row, isHit: monotoneRows.runtime(evidence) })
}

type Rows = Readonly<Record<Bucket, (evidence: TargetEvidence) => boolean>>

/** First match wins. */
const bucketsInOrder: readonly Bucket[] = ['unreachable', 'entrypoint', 'runtime', 'direct', 'unknown']
const monotoneBucketsInOrder: readonly Bucket[] = ['entrypoint', 'runtime', 'unreachable', 'direct', 'unknown']

const seedRows: Rows = {
  unreachable: ({ pathLength }) => pathLength === 0,
  entrypoint: ({ isEntryPoint }) => isEntryPoint,
  runtime: ({ hasHitOnPath }) => hasHitOnPath,
  direct: ({ pathLength }) => pathLength > 0 && pathLength <= 2,
  unknown: ({ pathLength }) => pathLength > 0,
}

const monotoneRows: Rows = {
  ...seedRows,
  runtime: ({ hasHitOnTarget, hasHitOnAnyPath }) => hasHitOnTarget || hasHitOnAnyPath,
}

interface Row {
  readonly bucket: Bucket
  readonly row: Bucket
  readonly isHit: boolean
}

function weighed(
  { weights, confidence: parts }: ScoringOptions,
  { pathLength }: TargetEvidence,
  { bucket, row, isHit }: Row,
): Weighed {
  const base = pathLength > 0 ? parts.reachable : parts.unreachable
  const runtimeBonus = isHit ? parts.runtimeBonus : 0
  const confidence = Math.min(Math.max(base + runtimeBonus, parts.minimum), parts.maximum)
  const weight = weights[row]
  return { bucket, row, weight, confidence, confidenceParts: { base, runtimeBonus }, score: confidence * weight }
}

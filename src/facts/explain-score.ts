import type { ScoringProfile } from '../scoring/profile.ts'
import { roundScore } from '../scoring/round.ts'
import type { Weighed } from '../scoring/weigh.ts'
import type { ExplainAnswer, Formula } from './question-documents.ts'
import type { SearchedFact } from './searched-fact.ts'
import { factScores } from './state-totals.ts'

/** How evidence became a state's score, with every number. */
export function explainScore({ name, digest, options }: ScoringProfile, weighed: Weighed): Formula {
  const { row, confidenceParts, score } = weighed
  const weight = roundScore(weighed.weight)
  const value = roundScore(weighed.confidence)
  const base = roundScore(confidenceParts.base)
  const runtimeBonus = roundScore(confidenceParts.runtimeBonus)
  const { minimum, maximum } = options.confidence
  const rounded = roundScore(score)
  const confidence = `clamp(${base} + ${runtimeBonus}, ${minimum}, ${maximum})`
  return {
    profile: name,
    profileDigest: digest,
    row,
    weight,
    confidence: { base, runtimeBonus, minimum, maximum, value },
    score: rounded,
    text: `score = confidence × weight = ${confidence} × ${weight} = ${value} × ${weight} = ${rounded}`,
  }
}

/** How the states of the stored fact came to its score. */
export function explainFactScore({ profile, scored, fact }: SearchedFact): ExplainAnswer['fact'] {
  const { totals, unknownsCount } = scored
  const { options } = profile
  const ceiling = options.unknownsPenaltyCeiling
  const { unknownsPressure } = factScores(totals, { unknownsCount, ceiling })
  const { score } = fact.summary
  const scoreSum = roundScore(totals.scoreSum)
  const { stateCount } = totals
  return {
    stateCount,
    scoreSum,
    unknownsCount,
    unknownsPressure,
    unknownsPenaltyCeiling: ceiling,
    score,
    text: `score = sum / states × (1 − ceiling × pressure) = ${scoreSum} / ${stateCount} × (1 − ${ceiling} × ${unknownsPressure}) = ${score}`,
  }
}

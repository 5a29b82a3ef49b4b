import { type Digest, sha256Of } from '../identifiers/digest.ts'
import { canonicalJson } from '../lib/canonical-json.ts'
import type { Bucket } from './state.ts'

export const profileNames = ['signals-v1', 'monotone-v1'] as const

export type ProfileName = (typeof profileNames)[number]

export interface ScoringOptions {
  readonly weights: Readonly<Record<Bucket, number>>
  readonly confidence: {
    readonly reachable: number
    readonly unreachable: number
    readonly runtimeBonus: number
    readonly minimum: number
    readonly maximum: number
  }
  readonly unknownsPenaltyCeiling: number
  /** A reachable target that a whole observation window never saw is contested. */
  readonly contestUnobserved: boolean
}

/** Options as they are configured: what a runtime hit weighs is the profile's business unless somebody says it. */
export interface GivenScoringOptions extends Omit<ScoringOptions, 'weights'> {
  readonly weights: Omit<ScoringOptions['weights'], 'runtime'> & { readonly runtime?: number | undefined }
}

/** A way of scoring with its numbers; name and digest are part of every fact. */
export interface ScoringProfile {
  readonly name: ProfileName
  readonly options: ScoringOptions
  readonly digest: Digest
}

/** The table of contracts, 6. */
export const defaultScoringOptions: ScoringOptions = {
  weights: { unreachable: 0, entrypoint: 1, runtime: 0.45, direct: 0.85, unknown: 0.5 },
  confidence: { reachable: 0.75, unreachable: 0.25, runtimeBonus: 0.15, minimum: 0.05, maximum: 0.99 },
  unknownsPenaltyCeiling: 0.35,
  contestUnobserved: false,
}

/** What a runtime hit weighs, by profile: in `monotone-v1` it must never take anything away. */
export const runtimeWeights: Readonly<Record<ProfileName, number>> = {
  'signals-v1': defaultScoringOptions.weights.runtime,
  'monotone-v1': 0.95,
}

const unspecifiedOptions: GivenScoringOptions = {
  ...defaultScoringOptions,
  weights: { ...defaultScoringOptions.weights, runtime: undefined },
}

/** Only the options themselves are in the digest, whatever else the object at hand carries. */
export function scoringProfile(name: ProfileName, given: GivenScoringOptions = unspecifiedOptions): ScoringProfile {
  const { confidence, unknownsPenaltyCeiling, contestUnobserved } = given
  const weights = { ...given.weights, runtime: given.weights.runtime ?? runtimeWeights[name] }
  const options = { weights, confidence, unknownsPenaltyCeiling, contestUnobserved }
  return { name, options, digest: sha256Of(canonicalJson(options)) }
}

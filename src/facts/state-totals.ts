import { createHash } from 'node:crypto'
import { type Digest, digestFromHex } from '../identifiers/digest.ts'
import { compareOrdinal } from '../lib/ordinal.ts'
import { roundScore } from '../scoring/round.ts'
import type { TalliedState } from '../scoring/scored-graph.ts'
import { type Bucket, type Verdict, verdictsWorstFirst } from '../scoring/state.ts'

/** What all states of a fact come to. Sums are unrounded doubles, in order of (callgraphId, target). */
export interface StateTotals {
  readonly stateCount: number
  readonly scoreSum: number
  readonly requestedCount: number
  readonly requestedSum: number
  readonly hasRequested: boolean
  readonly verdict: Verdict
  readonly bucket: Bucket | null
  readonly weight: number | null
  readonly averageConfidence: number
  readonly buckets: readonly Bucket[]
  readonly verdicts: readonly Verdict[]
  /** Over each target and its verdict: equal when no target's verdict changed. */
  readonly verdictsDigest: Digest
}

export class TotalsBuilder {
  readonly #requested: ReadonlySet<string>
  readonly #worstOfTarget = new Map<string, Verdict>()
  readonly #buckets = new Set<Bucket>()
  readonly #verdicts = new Set<Verdict>()
  #stateCount = 0
  #scoreSum = 0
  #requestedCount = 0
  #requestedSum = 0
  #confidenceSum = 0
  #best: TalliedState | undefined

  constructor(requested: ReadonlySet<string>) {
    this.#requested = requested
  }

  add(scored: TalliedState): void {
    const { state, weighed } = scored
    this.#stateCount++
    this.#scoreSum += weighed.score
    this.#confidenceSum += weighed.confidence
    if (this.#requested.has(state.target)) {
      this.#requestedCount++
      this.#requestedSum += weighed.score
    }
    if (this.#best === undefined || weighed.score > this.#best.weighed.score) this.#best = scored
    this.#buckets.add(weighed.bucket)
    this.#verdicts.add(state.verdict)
    this.#worstOfTarget.set(state.target, worse(this.#worstOfTarget.get(state.target), state.verdict))
  }

  build(): StateTotals {
    return {
      stateCount: this.#stateCount,
      scoreSum: this.#scoreSum,
      requestedCount: this.#requestedCount,
      requestedSum: this.#requestedSum,
      hasRequested: this.#requested.size > 0,
      verdict: this.#verdict(),
      bucket: this.#best?.weighed.bucket ?? null,
      weight: this.#best?.state.weight ?? null,
      averageConfidence: this.#stateCount === 0 ? 0 : roundScore(this.#confidenceSum / this.#stateCount),
      buckets: [...this.#buckets].sort(),
      verdicts: [...this.#verdicts].sort(),
      verdictsDigest: this.#verdictsDigest(),
    }
  }

  /** Of the worst requested target; of all targets when none was requested. */
  #verdict(): Verdict {
    let worst: Verdict | undefined
    for (const [target, verdict] of this.#worstOfTarget) {
      if (this.#requested.size === 0 || this.#requested.has(target)) worst = worse(worst, verdict)
    }
    return worst ?? 'unknown'
  }

  #verdictsDigest(): Digest {
    const hash = createHash('sha256')
    const inOrder = [...this.#worstOfTarget].sort(([one], [other]) => compareOrdinal(one, other))
    // Each update costs as much as hashing a kilobyte: a thousand lines at once take a tenth of the time.
    for (let first = 0; first < inOrder.length; first += 1_000) {
      const lines = inOrder.slice(first, first + 1_000).map(([target, verdict]) => `${target}\0${verdict}\n`)
      hash.update(lines.join(''))
    }
    return digestFromHex(hash.digest('hex'))
  }
}

function worse(one: Verdict | undefined, other: Verdict): Verdict {
  if (one === undefined) return other
  return verdictsWorstFirst.indexOf(one) <= verdictsWorstFirst.indexOf(other) ? one : other
}

export interface FactScores {
  readonly unknownsPressure: number
  readonly score: number
  readonly requestedScore: number | null
}

/** Each operation one IEEE operation, in this order, on unrounded inputs; only results are rounded. Source: small print, 6. */
export function factScores(
  totals: StateTotals,
  { unknownsCount, ceiling }: { unknownsCount: number; ceiling: number },
): FactScores {
  const all = totals.stateCount + unknownsCount
  const pressure = all === 0 ? 0 : Math.min(1, unknownsCount / all)
  const factor = 1 - ceiling * pressure
  const mean = (sum: number, count: number): number => (count === 0 ? 0 : (sum / count) * factor)
  return {
    unknownsPressure: roundScore(pressure),
    score: roundScore(mean(totals.scoreSum, totals.stateCount)),
    requestedScore: totals.hasRequested ? roundScore(mean(totals.requestedSum, totals.requestedCount)) : null,
  }
}

/** What a row promises, before anything is measured. */
export interface Claim {
  readonly row: number
  readonly claim: string
  /** What it is compared with: what a good engineer would write in an afternoon, or the least that must be done. */
  readonly against: string
  readonly bar: number
  /** Where the bar is to go. */
  readonly aim?: number
  /** Whether the ratio must reach the bar or stay below it. */
  readonly better: 'higher' | 'lower'
}

/** Both sides of a claim, measured in turn: the nth of one belongs to the nth of the other. */
export interface Rounds {
  readonly unit: string
  readonly ours: readonly number[]
  readonly baseline: readonly number[]
  /** What else was seen, for readers who ask why. */
  readonly notes?: readonly string[]
  /** What a run without `--full` made smaller than the claim says. */
  readonly scaledDown?: string | undefined
}

export interface BenchOptions {
  /** All that a claim speaks of; otherwise a part of it where that takes long, so that all rows fit into ten minutes. */
  readonly isFull: boolean
  /** Where the service writes its processor profile when it ends. */
  readonly profileDirectory?: string | undefined
}

/** One script of `rows/`. */
export interface BenchRow {
  readonly name: string
  readonly measure: (options: BenchOptions) => AsyncIterable<Result>
}

export interface Result {
  readonly claim: Claim
  readonly rounds: Rounds
  readonly ratio: Spread
  readonly holds: boolean
}

export interface Spread {
  readonly min: number
  readonly median: number
  readonly max: number
}

/** Rounds in which several figures were taken, for a claim about one of them. */
export function roundsOf<Name extends string>(
  { ours, baseline }: Record<'ours' | 'baseline', readonly Readonly<Record<Name, number>>[]>,
  name: Name,
): Pick<Rounds, 'ours' | 'baseline'> {
  return { ours: ours.map((round) => round[name]), baseline: baseline.map((round) => round[name]) }
}

/** How one round of ours relates to its baseline; a claim about an amount takes the difference instead. */
export type Relation = (ours: number, baseline: number) => number

const quotient: Relation = (ours, baseline) => ours / baseline

/** The median over the rounds' own ratios: what else the machine did in one round weighs on both sides of it. */
export function resultOf(claim: Claim, rounds: Rounds, relation: Relation = quotient): Result {
  if (rounds.ours.length !== rounds.baseline.length) throw new RangeError('every round has two sides')
  const ratio = spreadOf(rounds.ours.map((ours, round) => relation(ours, rounds.baseline[round] ?? Number.NaN)))
  return {
    claim,
    rounds,
    ratio,
    holds: claim.better === 'higher' ? ratio.median >= claim.bar : ratio.median <= claim.bar,
  }
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((one, other) => one - other)
  const [min, max] = [sorted[0], sorted.at(-1)]
  if (min === undefined || max === undefined) throw new RangeError('nothing was measured')
  return { min, median: medianOf(sorted), max }
}

function medianOf(sorted: readonly number[]): number {
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN
  return (lower + upper) / 2
}

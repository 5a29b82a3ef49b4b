/** One measurement of one side; the round is there so that no round repeats the requests of another. */
export type Measure<Measured> = (round: number) => Promise<Measured>

export interface Sides<Measured> {
  readonly ours: Measure<Measured>
  readonly baseline: Measure<Measured>
  /** Rounds that are run and forgotten; none where each round starts processes of its own. */
  readonly warmUps?: number
}

const roundsMeasured = 5

/** Measures both sides in turn, each going first every other time, so that neither owns the quiet half of a busy machine. */
export async function alternate<Measured = number>({
  ours,
  baseline,
  warmUps = 1,
}: Sides<Measured>): Promise<{ ours: Measured[]; baseline: Measured[] }> {
  const measured = { ours: [] as Measured[], baseline: [] as Measured[] }
  for (let round = 0; round < warmUps + roundsMeasured; round++) {
    const isOursFirst = round % 2 === 0
    const first = isOursFirst ? await ours(round) : await baseline(round)
    const second = isOursFirst ? await baseline(round) : await ours(round)
    if (round < warmUps) continue
    measured.ours.push(isOursFirst ? first : second)
    measured.baseline.push(isOursFirst ? second : first)
  }
  return measured
}

export async function millisecondsOf(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

/** One measurement of one side; the round is there so that no round repeats the requests of another. */
export type Measure = (round: number) => Promise<number>

export interface Sides {
  readonly ours: Measure
  readonly baseline: Measure
}

const roundsMeasured = 5
const roundsOfWarmUp = 1

/** Measures both sides in turn, each going first every other time, so that neither owns the quiet half of a busy machine. */
export async function alternate({ ours, baseline }: Sides): Promise<{ ours: number[]; baseline: number[] }> {
  const measured = { ours: [] as number[], baseline: [] as number[] }
  for (let round = 0; round < roundsOfWarmUp + roundsMeasured; round++) {
    const isOursFirst = round % 2 === 0
    const first = isOursFirst ? await ours(round) : await baseline(round)
    const second = isOursFirst ? await baseline(round) : await ours(round)
    if (round < roundsOfWarmUp) continue
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

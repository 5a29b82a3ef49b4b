import { performance } from 'node:perf_hooks'
import { type Area, areaOf } from './areas.ts'
import { CheckoutCopy } from './checkout-copy.ts'
import type { Fault } from './fault.ts'
import { runTests } from './run-tests.ts'

export type Verdict =
  | { readonly fault: Fault; readonly kind: 'killed'; readonly by: string }
  | { readonly fault: Fault; readonly kind: 'survived' }

export const timeRanOut = 'time ran out'

export interface Trial {
  readonly checkout: string
  readonly faults: readonly Fault[]
  /** Faults that are tried side by side, each in a copy of its own. */
  readonly lanes: number
  readonly tell: (line: string) => void
  readonly signal: AbortSignal
}

/** Shows each fault to the tests of its area, and tells which ones they did not notice. */
export async function tryFaults(trial: Trial): Promise<Verdict[]> {
  const waiting = [...trial.faults]
  const verdicts: Verdict[] = []
  await using sound = await CheckoutCopy.of(trial.checkout)
  const limits = await soundLimits({ ...trial, copy: sound })
  const lane = async (): Promise<void> => {
    // Of what was seen to be sound: the checkout may be worked on meanwhile.
    await using copy = await CheckoutCopy.of(sound.directory)
    for (let fault = waiting.shift(); fault; fault = waiting.shift()) {
      const verdict = await tryFault({ ...trial, copy, limits }, fault)
      verdicts.push(verdict)
      trial.tell(`${verdict.kind} ${fault.name}${verdict.kind === 'killed' ? `: ${verdict.by}` : ''}`)
    }
  }
  const ends = await Promise.allSettled(Array.from({ length: trial.lanes }, lane))
  for (const end of ends) if (end.status === 'rejected') throw end.reason
  return verdicts
}

/** By the tests of a round: how long they may take. */
type Limits = ReadonlyMap<readonly string[], number>

interface Trying extends Pick<Trial, 'signal' | 'tell'> {
  readonly copy: CheckoutCopy
}

/** Tests that fail without any fault would kill everything: they have to pass first, and show how long they take. */
async function soundLimits(trial: Trial & Trying): Promise<Limits> {
  const limits = new Map<readonly string[], number>()
  for (const area of new Set(trial.faults.map(areaOf))) {
    for (const tests of area.rounds) limits.set(tests, await soundLimit(trial, area, tests))
  }
  return limits
}

async function soundLimit({ copy, signal, tell }: Trying, { name }: Area, tests: readonly string[]): Promise<number> {
  const begin = performance.now()
  const outcome = await runTests({ directory: copy.directory, tests, limitMs: 600_000, signal })
  if (outcome.kind !== 'passed') {
    const what = outcome.kind === 'failed' ? outcome.title : 'a test that does not end'
    throw new Error(`the tests of ${name} fail without any fault: ${what}`)
  }
  const tookMs = performance.now() - begin
  tell(`${name}: ${tests.length} files of tests pass in ${(tookMs / 1000).toFixed(1)} s`)
  // Generous, since a busy machine must not pass for a test that noticed something.
  return Math.ceil(120_000 + 5 * tookMs)
}

async function tryFault(
  { copy, limits, signal }: Trying & { readonly limits: Limits },
  fault: Fault,
): Promise<Verdict> {
  return await copy.faulty(fault, async () => {
    for (const tests of areaOf(fault).rounds) {
      const limitMs = limits.get(tests) ?? 600_000
      const outcome = await runTests({ directory: copy.directory, tests, limitMs, signal })
      if (outcome.kind === 'timed-out') return { fault, kind: 'killed', by: timeRanOut }
      if (outcome.kind === 'failed') return { fault, kind: 'killed', by: outcome.title }
    }
    return { fault, kind: 'survived' }
  })
}

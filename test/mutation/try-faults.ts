import { performance } from 'node:perf_hooks'
import { type Area, areaOf } from './areas.ts'
import { CheckoutCopy } from './checkout-copy.ts'
import type { Fault } from './fault.ts'
import { runTests } from './run-tests.ts'

export type Verdict =
  | { readonly fault: Fault; readonly kind: 'killed'; readonly by: string }
  | { readonly fault: Fault; readonly kind: 'survived' }

export interface Trial {
  readonly checkout: string
  readonly faults: readonly Fault[]
  /** Faults that are tried side by side, each in a copy of its own. */
  readonly lanes: number
  readonly tell: (line: string) => void
}

/** Shows each fault to the tests of its area, and tells which ones they did not notice. */
export async function tryFaults({ checkout, faults, lanes, tell }: Trial): Promise<Verdict[]> {
  const waiting = [...faults]
  const verdicts: Verdict[] = []
  const limits = await soundLimits(checkout, new Set(faults.map(areaOf)), tell)
  const lane = async (): Promise<void> => {
    const copy = await CheckoutCopy.of(checkout)
    try {
      for (let fault = waiting.shift(); fault; fault = waiting.shift()) {
        const verdict = await tryFault(copy, fault, limits)
        verdicts.push(verdict)
        tell(`${verdict.kind} ${fault.name}${verdict.kind === 'killed' ? `: ${verdict.by}` : ''}`)
      }
    } finally {
      await copy.remove()
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  return verdicts
}

type Limits = ReadonlyMap<Area, readonly number[]>

/** Tests that fail without any fault would kill everything: they have to pass first, and show how long they take. */
async function soundLimits(checkout: string, areas: ReadonlySet<Area>, tell: Trial['tell']): Promise<Limits> {
  const copy = await CheckoutCopy.of(checkout)
  try {
    const limits = new Map<Area, number[]>()
    for (const area of areas) limits.set(area, await limitsOf(copy, area, tell))
    return limits
  } finally {
    await copy.remove()
  }
}

async function limitsOf(copy: CheckoutCopy, { name, rounds }: Area, tell: Trial['tell']): Promise<number[]> {
  const limits: number[] = []
  for (const tests of rounds) {
    const begin = performance.now()
    const outcome = await runTests({ directory: copy.directory, tests, limitMs: 600_000 })
    if (outcome.kind !== 'passed') {
      const what = outcome.kind === 'failed' ? outcome.title : 'a test that does not end'
      throw new Error(`the tests of ${name} fail without any fault: ${what}`)
    }
    const tookMs = performance.now() - begin
    tell(`${name}, round ${limits.length + 1}: ${tests.length} files pass in ${(tookMs / 1000).toFixed(1)} s`)
    limits.push(30_000 + 5 * tookMs)
  }
  return limits
}

async function tryFault(copy: CheckoutCopy, fault: Fault, limits: Limits): Promise<Verdict> {
  const area = areaOf(fault)
  return await copy.faulty(fault, async () => {
    for (const [round, tests] of area.rounds.entries()) {
      const limitMs = limits.get(area)?.[round] ?? 60_000
      const outcome = await runTests({ directory: copy.directory, tests, limitMs })
      if (outcome.kind === 'timed-out') return { fault, kind: 'killed', by: 'time ran out' }
      if (outcome.kind === 'failed') return { fault, kind: 'killed', by: outcome.title }
    }
    return { fault, kind: 'survived' }
  })
}

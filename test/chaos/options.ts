import { parseArgs } from 'node:util'

export interface ChaosOptions {
  readonly seed: number
  /** Batches to be acknowledged. */
  readonly count: number
  readonly cas: CasKind
  /** Of a run that has not ended by then, everything is ended. */
  readonly minutes: number
}

export const casKinds = ['filesystem', 's3'] as const
export type CasKind = (typeof casKinds)[number]

const batchesPerRound = 5_000
const minutesPerRound = 5

export function readOptions(args: readonly string[]): ChaosOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: 'string', default: '20261128' },
      count: { type: 'string', default: String(batchesPerRound) },
      cas: { type: 'string' },
      minutes: { type: 'string' },
    },
  })
  const seed = wholeNumber('seed', values.seed)
  const count = wholeNumber('count', values.count)
  const minutes = wholeNumber('minutes', values.minutes ?? String(roundsOf(count) * minutesPerRound))
  return { seed, count, cas: casOf(seed, values.cas), minutes }
}

/** All faults come once for so many batches. */
export function roundsOf(count: number): number {
  return Math.ceil(count / batchesPerRound)
}

/** Both kinds have their turn when seeds are counted up. */
function casOf(seed: number, asked: string | undefined): CasKind {
  if (asked === undefined) return seed % 2 === 0 ? 'filesystem' : 's3'
  const kind = casKinds.find((known) => known === asked)
  if (kind === undefined) throw new TypeError(`--cas is ${casKinds.join(' or ')}`)
  return kind
}

function wholeNumber(name: string, text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new TypeError(`--${name} is a whole number`)
  return Number(text)
}

import { type FailPointName, failPointNames } from '../../src/lib/fail-points.ts'
import { type Draw, drawing } from './draw.ts'
import { type ChaosOptions, roundsOf } from './options.ts'

export type Fault =
  | { readonly kind: 'mongod killed' }
  | { readonly kind: 'redis killed'; readonly forAcknowledged: number }
  | { readonly kind: 'redis paused'; readonly forAcknowledged: number }
  | { readonly kind: 'replica killed'; readonly replica: number; readonly point: FailPointName }
  | { readonly kind: 'cas full' }

export interface PlannedFault {
  /** It comes when so many batches are acknowledged, however long that takes. */
  readonly afterAcknowledged: number
  readonly fault: Fault
}

/** Faults of one part come one after another; those of different parts may fall together. */
export type FaultLane = readonly PlannedFault[]

export const replicaCount = 3

export function planFaults(options: ChaosOptions): readonly FaultLane[] {
  const rounds = Array.from({ length: roundsOf(options.count) }, (_, round) => round)
  const draw = drawing(options.seed, -100)
  const lanes = rounds.map((round) => roundOfFaults(draw, options, round))
  return [0, 1, 2, 3].map((lane) => lanes.flatMap((round) => round[lane] ?? []))
}

function roundOfFaults(draw: Draw, { count }: ChaosOptions, round: number): FaultLane[] {
  const first = round * 5_000
  const span = Math.min(5_000, count - first)
  const outage = (): number => 1 + draw(Math.ceil(span / 20))
  const mongo: Fault[] = [1, 2, 3].map(() => ({ kind: 'mongod killed' }))
  const redis: Fault[] = shuffled(draw, [
    ...[1, 2].map((): Fault => ({ kind: 'redis killed', forAcknowledged: outage() })),
    ...[1, 2].map((): Fault => ({ kind: 'redis paused', forAcknowledged: outage() })),
  ])
  const replicas = shuffled(draw, failPointNames).map((point): Fault => {
    return { kind: 'replica killed', replica: draw(replicaCount), point }
  })
  const cas: Fault[] = [1, 2].map(() => ({ kind: 'cas full' }))
  return [mongo, redis, replicas, cas].map((faults) => {
    // Each in its own part of the round, and with batches left for the last one to meet.
    const share = (position: number): number => 0.05 + (0.75 * (position + draw(1_000) / 1_000)) / faults.length
    const times = faults.map((_, position) => first + Math.floor(share(position) * span))
    return faults.map((fault, position) => ({ afterAcknowledged: times[position] ?? first, fault }))
  })
}

function shuffled<Value>(draw: Draw, values: readonly Value[]): Value[] {
  const left = [...values]
  return values.flatMap(() => left.splice(draw(left.length), 1))
}

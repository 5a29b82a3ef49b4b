import type { ViolationKind } from './check.ts'
import type { ChaosOptions } from './options.ts'
import type { ChaosOutcome } from './run-chaos.ts'

const shownOfEach = 5

/** The one line that tells it all; its members are for scripts too. */
export function outcomeLine(options: ChaosOptions, outcome: ChaosOutcome, seconds: number): string {
  const { log, observed, fired, violations } = outcome
  const countOf = (kind: ViolationKind): number => violations.filter((violation) => violation.kind === kind).length
  const figures = {
    seed: options.seed,
    cas: options.cas,
    batches: options.count,
    acknowledged: log.acknowledged.size,
    redelivered: log.redelivered,
    refused: log.refused,
    faults: fired.length,
    facts: observed.facts.size,
    versions: [...observed.facts.values()].reduce((sum, { version }) => sum + version, 0),
    events: new Set(observed.log.map(({ eventId }) => eventId)).size,
    published: observed.stream.length,
    lost: countOf('lost'),
    doubled: countOf('doubled'),
    violations: violationLines(outcome).length,
  }
  const members = Object.entries(figures).map(([name, figure]) => `${name}=${figure}`)
  return `chaos: ${members.join(' ')} in ${seconds} s`
}

export function faultLines({ fired }: ChaosOutcome): string[] {
  const byKind = Map.groupBy(fired, ({ fault }) =>
    fault.kind === 'replica killed' ? `replica killed ${fault.point}` : fault.kind,
  )
  return [...byKind].map(
    ([kind, all]) => `fault: ${kind}, after ${all.map((one) => one.afterAcknowledged).join(', ')} batches`,
  )
}

export function refusalLine({ log }: ChaosOutcome): string {
  const counts = [...log.refusals].map(([what, count]) => `${what}: ${count}`).sort()
  return `sent again after: ${counts.join(', ')}`
}

/** Everything that must not be, one line each; of many of a kind the first few. */
export function violationLines({ log, fired, plannedFaults, violations }: ChaosOutcome): string[] {
  const unfired = plannedFaults - fired.length
  return [
    ...(unfired === 0 ? [] : [`violation: ${unfired} faults came too late`]),
    ...firstOf(log.unexpected.map((answer) => `violation: unexpected answer: ${answer}`)),
    ...[...Map.groupBy(violations, ({ kind }) => kind)].flatMap(([kind, all]) =>
      firstOf(all.map(({ what }) => `violation: ${kind}: ${what}`)),
    ),
  ]
}

function firstOf(lines: readonly string[]): string[] {
  const more = lines.length - shownOfEach
  return more > 0 ? [...lines.slice(0, shownOfEach), `violation: and ${more} more of the kind`] : [...lines]
}

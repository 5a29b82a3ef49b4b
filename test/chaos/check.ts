import type { Acknowledged } from './acknowledgement-log.ts'
import type { Observed, ObservedEvent, ObservedFact } from './observed.ts'

export type ViolationKind =
  | 'lost'
  | 'doubled'
  | 'invented'
  | 'pending'
  | 'second receipt'
  | 'missing event'
  | 'second event'
  | 'out of order'
  | 'digest of an event'
  | 'digest unlike embedded'

export interface Violation {
  readonly kind: ViolationKind
  readonly what: string
}

export interface Evidence {
  /** What the client was told; nothing here comes from the service's own account. */
  readonly acknowledged: Iterable<Acknowledged>
  readonly observed: Observed
  /** By subject: the digests that one process on SQLite gives to the same input. */
  readonly embeddedDigests: ReadonlyMap<string, string>
}

/** Everything that the guarantees forbid and that happened all the same. */
export function violationsOf({ acknowledged, observed, embeddedDigests }: Evidence): Violation[] {
  const batches = [...acknowledged]
  const { facts, log, stream } = observed
  return [
    ...batches.flatMap(receiptViolations),
    ...countViolations(batches, facts),
    ...[...facts].flatMap(([subject, { pending }]) =>
      pending === 0 ? [] : [{ kind: 'pending' as const, what: `${pending} of ${subject} are not folded` }],
    ),
    ...eventViolations('log', facts, log),
    ...eventViolations('stream', facts, stream),
    ...[...facts].flatMap(([subject, { digest }]) => digestViolations(subject, digest, embeddedDigests.get(subject))),
  ]
}

/** A key has one receipt, however often and wherever it was sent. */
function receiptViolations({ batch, receiptIds }: Acknowledged): Violation[] {
  const distinct = new Set(receiptIds)
  return distinct.size === 1 ? [] : [{ kind: 'second receipt', what: `${batch.key} has ${[...distinct].join(', ')}` }]
}

function countViolations(batches: readonly Acknowledged[], facts: ReadonlyMap<string, ObservedFact>): Violation[] {
  const bySubject = Map.groupBy(batches, ({ batch }) => batch.subject)
  const subjects = new Set([...bySubject.keys(), ...facts.keys()])
  return [...subjects].flatMap((subject) => {
    const sent = sentHits(bySubject.get(subject) ?? [])
    const told = facts.get(subject)?.hits ?? new Map<string, number>()
    return [...new Set([...sent.keys(), ...told.keys()])].flatMap((symbol) =>
      countViolation(`${symbol} of ${subject}`, sent.get(symbol) ?? 0, told.get(symbol) ?? 0),
    )
  })
}

function sentHits(batches: readonly Acknowledged[]): Map<string, number> {
  const hits = new Map<string, number>()
  for (const { symbolId, hitCount } of batches.flatMap(({ batch }) => batch.events)) {
    hits.set(symbolId, (hits.get(symbolId) ?? 0) + hitCount)
  }
  return hits
}

function countViolation(name: string, sent: number, told: number): Violation[] {
  const what = `${name}: ${told} hits in the fact, ${sent} acknowledged`
  if (told === sent) return []
  if (sent === 0) return [{ kind: 'invented', what }]
  return [{ kind: told < sent ? 'lost' : 'doubled', what }]
}

/** Of each subject the versions from 1 to its fact's, each once and in this order, when repeated ids are left out. */
function eventViolations(
  place: string,
  facts: ReadonlyMap<string, ObservedFact>,
  events: readonly ObservedEvent[],
): Violation[] {
  const distinct = [...new Map(events.map((event) => [event.eventId, event])).values()]
  const bySubject = Map.groupBy(distinct, ({ subject }) => subject)
  const subjects = new Set([...facts.keys(), ...bySubject.keys()])
  return [...subjects].flatMap((subject) => {
    const own = bySubject.get(subject) ?? []
    const name = `${subject} in the ${place}`
    return [
      ...versionViolations(name, facts.get(subject)?.version ?? 0, own),
      ...lastEvent(name, facts.get(subject), own),
    ]
  })
}

function versionViolations(name: string, version: number, events: readonly ObservedEvent[]): Violation[] {
  const byVersion = Map.groupBy(events, (event) => event.version)
  const missing = Array.from({ length: version }, (_, before) => before + 1).filter((each) => !byVersion.has(each))
  const second = [...byVersion].filter(([each, own]) => own.length > 1 || each > version)
  const early = events.filter((event, position) => position > 0 && event.version < (events[position - 1]?.version ?? 0))
  return [
    ...missing.map((each): Violation => ({ kind: 'missing event', what: `version ${each} of ${name}` })),
    ...second.map(([each]): Violation => ({ kind: 'second event', what: `version ${each} of ${name}` })),
    ...early.map((event): Violation => ({ kind: 'out of order', what: `version ${event.version} of ${name}` })),
  ]
}

function lastEvent(name: string, fact: ObservedFact | undefined, events: readonly ObservedEvent[]): Violation[] {
  const told = events.find(({ version }) => version === fact?.version)
  if (!fact || !told || told.digest === fact.digest) return []
  return [{ kind: 'digest of an event', what: `${name}: ${told.digest}, the fact has ${fact.digest}` }]
}

function digestViolations(subject: string, digest: string, embedded: string | undefined): Violation[] {
  if (digest === embedded) return []
  return [{ kind: 'digest unlike embedded', what: `${subject}: ${digest}, embedded ${String(embedded)}` }]
}

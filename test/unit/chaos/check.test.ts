import { expect, test } from 'vitest'
import type { Acknowledged } from '../../chaos/acknowledgement-log.ts'
import { type Evidence, type ViolationKind, violationsOf } from '../../chaos/check.ts'
import type { ObservedEvent, ObservedFact } from '../../chaos/observed.ts'

const subject = 'image-1'
const fact: ObservedFact = {
  version: 3,
  digest: 'sha256:3',
  pending: 0,
  hits: new Map([
    ['shared', 5],
    ['only-in-1', 1],
    ['only-in-2', 1],
  ]),
}
const events: readonly ObservedEvent[] = [1, 2, 3].map((version) => eventOf(version, `event-${version}`))
const batches: readonly Acknowledged[] = [acknowledged(1, 2), acknowledged(2, 3)]

function eventOf(version: number, eventId: string): ObservedEvent {
  return { eventId, subject, version, digest: `sha256:${version}` }
}

function acknowledged(position: number, hitCount: number): Acknowledged {
  const observedAt = '2026-11-20T12:00:00.000Z'
  const events = [
    { symbolId: `only-in-${position}`, hitCount: 1, observedAt },
    { symbolId: 'shared', hitCount, observedAt },
  ]
  const batch = { key: `batch-${position}`, subject, graph: 0, events, form: 'lines', redelivery: 'none' } as const
  return { batch, receiptIds: [`receipt-${position}`, `receipt-${position}`] }
}

interface Changes {
  readonly fact?: Partial<ObservedFact>
  readonly log?: readonly ObservedEvent[]
  readonly stream?: readonly ObservedEvent[]
  readonly batches?: readonly Acknowledged[]
  readonly embedded?: string
}

function kindsFor(changes: Changes): ViolationKind[] {
  const evidence: Evidence = {
    acknowledged: changes.batches ?? batches,
    observed: {
      facts: new Map([[subject, { ...fact, ...changes.fact }]]),
      log: changes.log ?? events,
      stream: changes.stream ?? events,
    },
    embeddedDigests: new Map([[subject, changes.embedded ?? fact.digest]]),
  }
  return violationsOf(evidence).map(({ kind }) => kind)
}

function hitsWith(symbol: string, count: number): Pick<ObservedFact, 'hits'> {
  const hits = new Map([...fact.hits, [symbol, count]])
  if (count === 0) hits.delete(symbol)
  return { hits }
}

test('what keeps every promise has no violation, whatever is repeated on the stream', () => {
  expect(kindsFor({})).toEqual([])
  const [first, second, third] = events
  expect(kindsFor({ stream: [first!, second!, first!, third!, second!, first!] })).toEqual([])
})

test.each<[string, Changes, ViolationKind[]]>([
  ['a lost batch', { fact: hitsWith('only-in-2', 0) }, ['lost']],
  ['a lost hit of a symbol that many have', { fact: hitsWith('shared', 4) }, ['lost']],
  ['a batch that was counted twice', { fact: hitsWith('only-in-1', 2) }, ['doubled']],
  ['a symbol that nobody sent', { fact: hitsWith('nobody', 1) }, ['invented']],
  ['evidence that is not folded', { fact: { pending: 1 } }, ['pending']],
  [
    'a key that has two receipts',
    { batches: [{ ...batches[0]!, receiptIds: ['one', 'two'] }, batches[1]!] },
    ['second receipt'],
  ],
  ['an event that the log lacks', { log: [events[0]!, events[2]!] }, ['missing event']],
  ['an event that the stream lacks', { stream: events.slice(0, 2) }, ['missing event']],
  ['two events of one version', { log: [...events, eventOf(3, 'another')] }, ['second event']],
  ['an event of a version that no fact has', { log: [...events, eventOf(4, 'event-4')] }, ['second event']],
  ['events out of order', { stream: [events[0]!, events[2]!, events[1]!] }, ['out of order']],
  [
    'a last event with another digest',
    { log: [...events.slice(0, 2), { ...events[2]!, digest: 'sha256:x' }] },
    ['digest of an event'],
  ],
  ['a digest unlike that of the embedded mode', { embedded: 'sha256:x' }, ['digest unlike embedded']],
])('%s is found', (_what, changes, kinds) => {
  expect(kindsFor(changes)).toEqual(kinds)
})

test('a subject without any fact has lost everything, and a fact without evidence is invented', () => {
  const observed = { facts: new Map<string, ObservedFact>(), log: [], stream: [] }
  const found = violationsOf({ acknowledged: batches, observed, embeddedDigests: new Map() })
  expect(found.map(({ kind }) => kind)).toEqual(['lost', 'lost', 'lost'])
  expect(kindsFor({ batches: [] })).toEqual(['invented', 'invented', 'invented'])
})

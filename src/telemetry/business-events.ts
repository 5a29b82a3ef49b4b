import type { Logger } from './logger.ts'

/**
 * What happens to the business, as opposed to the machine: one log line each, with the event's name in `event`, a constant
 * message, and exactly these members. The register is the reference (`docs/business-events.md`).
 */
export const businessEvents = {
  serviceStarted: { event: 'signals.service.started', members: ['url', 'mode'], when: 'The service takes requests.' },
  serviceStopping: { event: 'signals.service.stopping', members: ['reason'], when: 'It was told to stop, and drains.' },
  serviceStopped: {
    event: 'signals.service.stopped',
    members: ['durationMs'],
    when: 'Everything it opened is closed.',
  },
  callgraphIngested: {
    event: 'signals.callgraph.ingested',
    members: ['tenant', 'callgraphId', 'graphHash', 'language', 'nodeCount', 'edgeCount', 'status'],
    when: 'A graph is durable, new or known.',
  },
  batchAccepted: {
    event: 'signals.batch.accepted',
    members: ['tenant', 'subjectKey', 'callgraphId', 'receiptId', 'accepted', 'rejected', 'totalHits'],
    when: 'Runtime facts are durable.',
  },
  batchRefused: {
    event: 'signals.batch.refused',
    members: ['tenant', 'code', 'status'],
    when: 'Runtime facts were refused as a whole; nothing of them was kept.',
  },
  unionBundleIngested: {
    event: 'signals.union-bundle.ingested',
    members: ['tenant', 'analysisId', 'graphHash', 'subjectKey', 'files'],
    when: 'A union bundle is durable: its files, its graph and its runtime facts.',
  },
  unionBundleRefused: {
    event: 'signals.union-bundle.refused',
    members: ['tenant', 'code', 'status'],
    when: 'A union bundle was refused; nothing of it was kept.',
  },
  unknownsReported: {
    event: 'signals.unknowns.reported',
    members: ['tenant', 'subjectKey', 'callgraphId', 'receiptId', 'unknowns'],
    when: 'Unknowns are durable.',
  },
  recomputeRequested: {
    event: 'signals.recompute.requested',
    members: ['tenant', 'subjectKey', 'receiptId', 'targets'],
    when: 'A recompute is durable.',
  },
  factUpdated: {
    event: 'signals.fact.updated',
    members: ['tenant', 'subjectKey', 'factVersion', 'digest', 'verdict', 'change', 'score'],
    when: 'A fact has a new version.',
  },
  erased: {
    event: 'signals.erased',
    members: ['tenant', 'subjectKey', 'erasureId', 'version', 'evidence', 'content'],
    when: 'A subject, or without a subjectKey a whole tenant, is erased.',
  },
  foldFailed: {
    event: 'signals.fold.failed',
    members: ['tenant', 'subjectKey', 'err'],
    when: 'A fold failed; its evidence is durable and the fold is tried again.',
  },
  eventRelayed: {
    event: 'signals.event.relayed',
    members: ['tenant', 'subjectKey', 'eventId', 'factVersion'],
    when: 'An event is in the event log and on the bus.',
  },
  eventDeadLettered: {
    event: 'signals.event.dead-lettered',
    members: ['tenant', 'subjectKey', 'eventId', 'factVersion', 'reason', 'attempts'],
    when: 'The bus refused an event for too long; it is in the dead letters.',
  },
} as const satisfies Record<string, BusinessEvent>

export interface BusinessEvent {
  readonly event: string
  readonly members: readonly string[]
  readonly when: string
}

type Members<Name extends keyof typeof businessEvents> = Readonly<
  Record<(typeof businessEvents)[Name]['members'][number], unknown>
>

/** One function an event; each demands the event's members. */
export type BusinessLog = { readonly [Name in keyof typeof businessEvents]: (members: Members<Name>) => void }

type Level = 'info' | 'warn'

export function businessLog(logger: Logger): BusinessLog {
  const tell =
    <Name extends keyof typeof businessEvents>(name: Name, level: Level = 'info') =>
    (members: Members<Name>): void => {
      const { event } = businessEvents[name]
      const line: Readonly<Record<string, unknown>> = { event, ...members }
      logger[level](line, event)
    }
  return {
    serviceStarted: tell('serviceStarted'),
    serviceStopping: tell('serviceStopping'),
    serviceStopped: tell('serviceStopped'),
    callgraphIngested: tell('callgraphIngested'),
    batchAccepted: tell('batchAccepted'),
    batchRefused: tell('batchRefused', 'warn'),
    unionBundleIngested: tell('unionBundleIngested'),
    unionBundleRefused: tell('unionBundleRefused', 'warn'),
    unknownsReported: tell('unknownsReported'),
    recomputeRequested: tell('recomputeRequested'),
    factUpdated: tell('factUpdated'),
    erased: tell('erased'),
    foldFailed: tell('foldFailed', 'warn'),
    eventRelayed: tell('eventRelayed'),
    eventDeadLettered: tell('eventDeadLettered', 'warn'),
  }
}

import { Counter, Histogram, type PrometheusContentType, Registry } from '@prometheus-io/client'
import type { BusinessLog } from './business-events.ts'

export type MetricsRegistry = Registry<PrometheusContentType>

export interface MeasuredAnswer {
  readonly method: string
  /** The pattern, never the URL: a client must not be able to make series. */
  readonly route: string
  readonly status: number
  readonly seconds: number
  /** Inflated, as far as it was read. */
  readonly bodyBytes: number
  /** Of the problem document. */
  readonly code: string | undefined
}

export const casOperations = ['put', 'open', 'has', 'remove', 'check'] as const
export type CasOperation = (typeof casOperations)[number]

const foldOutcomes = ['settled', 'busy', 'blocked', 'failed'] as const
export type MeasuredFold = (typeof foldOutcomes)[number]

/**
 * What is measured where it happens: one function each, handed in. Labels come from closed sets and never name a tenant:
 * each value makes a series, and whoever may scrape must not learn who does what.
 */
export interface Measures {
  /** Each code counts from zero: an alert sees a rise, and the first sample of a new series is none. */
  readonly expectRefusals: (codes: readonly string[]) => void
  readonly answered: (answer: MeasuredAnswer) => void
  readonly linesRead: (lines: { readonly accepted: number; readonly rejected: number }) => void
  readonly folded: (outcome: MeasuredFold, seconds: number) => void
  /** How old the oldest evidence of a fold was when it was scored. */
  readonly foldLag: (seconds: number) => void
  readonly eventRelayed: () => void
  readonly eventDeadLettered: () => void
  readonly casOperation: (operation: CasOperation, outcome: 'done' | 'failed', seconds: number) => void
}

/** Of what happens to the business some is counted as well as told. */
export function countedBusiness(business: BusinessLog, measures: Measures): BusinessLog {
  return {
    ...business,
    eventRelayed(members) {
      business.eventRelayed(members)
      measures.eventRelayed()
    },
    eventDeadLettered(members) {
      business.eventDeadLettered(members)
      measures.eventDeadLettered()
    },
  }
}

export function createRegistry(): MetricsRegistry {
  return new Registry<PrometheusContentType>()
}

export function createMeasures(registry: MetricsRegistry): Measures {
  return { ...measureHttp(registry), ...measureEvidence(registry), ...measureEvents(registry), ...measureCas(registry) }
}

function measureHttp(registry: MetricsRegistry): Pick<Measures, 'expectRefusals' | 'answered'> {
  const registers = [registry]
  const answers = new Counter({
    name: 'signals_http_responses_total',
    help: 'Answers by route and status.',
    labelNames: ['method', 'route', 'status'] as const,
    registers,
  })
  const durations = new Histogram({
    name: 'signals_http_response_duration_seconds',
    help: 'From the head of a request to the end of its answer.',
    labelNames: ['route'] as const,
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 60],
    registers,
  })
  const bodies = new Counter({
    name: 'signals_ingest_bytes_total',
    help: 'Inflated bytes of request bodies, as far as they were read.',
    labelNames: ['route'] as const,
    registers,
  })
  const refusals = new Counter({
    name: 'signals_refusals_total',
    help: 'Problem documents by code (docs/problems.md).',
    labelNames: ['code'] as const,
    registers,
  })
  return {
    expectRefusals(codes) {
      for (const code of codes) refusals.inc({ code }, 0)
    },
    answered({ method, route, status, seconds, bodyBytes, code }) {
      answers.inc({ method, route, status })
      durations.observe({ route }, seconds)
      if (bodyBytes > 0) bodies.inc({ route }, bodyBytes)
      if (code !== undefined) refusals.inc({ code })
    },
  }
}

function measureEvidence(registry: MetricsRegistry): Pick<Measures, 'linesRead' | 'folded' | 'foldLag'> {
  const registers = [registry]
  const lines = new Counter({
    name: 'signals_ingest_lines_total',
    help: 'Runtime facts of acknowledged batches, line by line.',
    labelNames: ['outcome'] as const,
    registers,
  })
  const folds = new Histogram({
    name: 'signals_fold_duration_seconds',
    help: 'Folding all that waits for one subject. busy: another replica has it; blocked: its events wait for the relay.',
    labelNames: ['outcome'] as const,
    buckets: [0.01, 0.05, 0.2, 1, 5, 30, 120],
    registers,
  })
  const lag = new Histogram({
    name: 'signals_fold_lag_seconds',
    help: 'Age of the oldest evidence of a fold when it was scored.',
    buckets: [0.05, 0.2, 1, 5, 30, 120, 600],
    registers,
  })
  for (const outcome of ['accepted', 'rejected']) lines.inc({ outcome }, 0)
  for (const outcome of foldOutcomes) folds.zero({ outcome })
  return {
    linesRead({ accepted, rejected }) {
      lines.inc({ outcome: 'accepted' }, accepted)
      lines.inc({ outcome: 'rejected' }, rejected)
    },
    folded: (outcome, seconds) => folds.observe({ outcome }, seconds),
    foldLag: (seconds) => lag.observe(Math.max(0, seconds)),
  }
}

function measureEvents(registry: MetricsRegistry): Pick<Measures, 'eventRelayed' | 'eventDeadLettered'> {
  const registers = [registry]
  const relayed = new Counter({
    name: 'signals_events_relayed_total',
    help: 'Events that are in the log and on the bus.',
    registers,
  })
  const dead = new Counter({
    name: 'signals_events_dead_lettered_total',
    help: 'Events that were given up since the start.',
    registers,
  })
  return { eventRelayed: () => relayed.inc(), eventDeadLettered: () => dead.inc() }
}

function measureCas(registry: MetricsRegistry): Pick<Measures, 'casOperation'> {
  const durations = new Histogram({
    name: 'signals_cas_operation_duration_seconds',
    help: 'Content-addressed storage, as the main thread uses it; open is until the first byte can be read.',
    labelNames: ['operation', 'outcome'] as const,
    buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10],
    registers: [registry],
  })
  for (const operation of casOperations) {
    for (const outcome of ['done', 'failed']) durations.zero({ operation, outcome })
  }
  return { casOperation: (operation, outcome, seconds) => durations.observe({ operation, outcome }, seconds) }
}

import type { EvidenceQueue } from '../evidence/evidence-queue.ts'
import type { Clock } from '../lib/clock.ts'
import type { MetricsRegistry } from '../telemetry/measures.ts'
import { addScrapedFigure } from '../telemetry/scraped-figures.ts'
import type { FactRepository } from './fact-repository.ts'

/** Whoever has a queue in this process. */
interface Waiting {
  readonly waiting: number
}

export interface ServiceFiguresDeps {
  readonly facts: Pick<FactRepository, 'backlog'>
  readonly queue: Pick<EvidenceQueue, 'countAllPending'>
  readonly deadLetters: { count(): Promise<number> }
  readonly folding: Waiting
  readonly analysisLane: Waiting
  readonly questionLane: Waiting
  readonly clock: Clock
}

/** The whole instance's queues, counted when `/metrics` is read: sums over all tenants, which name none. */
export function addServiceFigures(registry: MetricsRegistry, deps: ServiceFiguresDeps): void {
  addWaitingFigures(registry, deps)
  const { facts, queue, deadLetters, clock } = deps
  addScrapedFigure(registry, {
    name: 'signals_pending_evidence',
    help: 'Durable evidence that no fact holds yet.',
    read: () => queue.countAllPending(),
  })
  addScrapedFigure(registry, {
    name: 'signals_unrelayed_events',
    help: 'Events that are saved with their facts and not yet on the bus.',
    read: async () => (await facts.backlog()).events,
  })
  addScrapedFigure(registry, {
    name: 'signals_relay_lag_seconds',
    help: 'Age of the oldest event that is not yet on the bus; 0 when none waits.',
    read: async () => {
      const { oldest } = await facts.backlog()
      return oldest === undefined ? 0 : Math.max(0, (clock() - Date.parse(oldest)) / 1000)
    },
  })
  addScrapedFigure(registry, {
    name: 'signals_dead_letters',
    help: 'Events that were given up, and wait to be replayed or deleted.',
    read: () => deadLetters.count(),
  })
}

/** What waits in this process alone, for a thread or for its turn. */
function addWaitingFigures(
  registry: MetricsRegistry,
  { folding, analysisLane, questionLane }: Pick<ServiceFiguresDeps, 'folding' | 'analysisLane' | 'questionLane'>,
): void {
  addScrapedFigure(registry, {
    name: 'signals_folds_waiting',
    help: 'Subjects whose fold has not begun, in this process.',
    read: () => folding.waiting,
  })
  addScrapedFigure(registry, {
    name: 'signals_graphs_waiting',
    help: 'Posted graphs that no thread reads yet, in this process.',
    read: () => analysisLane.waiting,
  })
  addScrapedFigure(registry, {
    name: 'signals_questions_waiting',
    help: 'Queries and explanations that no thread answers yet, in this process.',
    read: () => questionLane.waiting,
  })
}

import type { DeadLetters } from '../events/dead-letters.ts'
import type { EvidenceQueue } from '../evidence/evidence-queue.ts'
import type { StatusDocument, StatusFigures, StatusQuestion } from '../http/status-routes.ts'
import { type Clock, timestampOf } from '../lib/clock.ts'
import type { FactCache } from './fact-cache.ts'
import type { FactRepository } from './fact-repository.ts'

export interface ServiceStatusDeps {
  readonly facts: Pick<FactRepository, 'countFacts' | 'backlog'>
  readonly queue: Pick<EvidenceQueue, 'countAllPending'>
  readonly deadLetters: Pick<DeadLetters, 'count'>
  readonly factCache: Pick<FactCache, 'figures'>
  readonly busFigures: () => Promise<StatusFigures>
  readonly version: string
  readonly mode: string
  readonly backends: Readonly<Record<string, string>>
  readonly authentication: StatusDocument['authentication']
  readonly sealedMode: { state(): Promise<StatusDocument['sealedMode']> }
  readonly startedAtMs: number
  readonly clock: Clock
}

/** What `/status` tells. Sums over all tenants say what others do, so only an operator gets them. */
export async function serviceStatus(
  deps: ServiceStatusDeps,
  { tenant, mayOperate }: StatusQuestion,
): Promise<StatusDocument> {
  const [facts, pendingEvidence, sealedMode, instance] = await Promise.all([
    deps.facts.countFacts(tenant),
    deps.queue.countAllPending(tenant),
    deps.sealedMode.state(),
    mayOperate ? instanceFigures(deps) : undefined,
  ])
  return {
    version: deps.version,
    startedAt: timestampOf(deps.startedAtMs),
    uptimeSeconds: (deps.clock() - deps.startedAtMs) / 1000,
    mode: deps.mode,
    backends: { ...deps.backends },
    authentication: deps.authentication,
    sealedMode,
    tenant: { name: tenant, figures: { facts, pendingEvidence } },
    ...(instance && { instance }),
  }
}

async function instanceFigures(deps: ServiceStatusDeps): Promise<StatusFigures> {
  const [pendingEvidence, backlog, deadLetters, bus] = await Promise.all([
    deps.queue.countAllPending(),
    deps.facts.backlog(),
    deps.deadLetters.count(),
    deps.busFigures(),
  ])
  const { events: unrelayedEvents, oldest } = backlog
  const outboxAgeSeconds = oldest === undefined ? 0 : Math.max(0, (deps.clock() - Date.parse(oldest)) / 1000)
  const outbox = { unrelayedEvents, oldestUnrelayedEvent: oldest ?? null, outboxAgeSeconds, deadLetters }
  return { pendingEvidence, ...outbox, ...bus, ...cacheFigures(deps.factCache) }
}

function cacheFigures(factCache: Pick<FactCache, 'figures'>): StatusFigures {
  const { hits, misses } = factCache.figures()
  const reads = hits + misses
  return { cacheHits: hits, cacheMisses: misses, cacheHitRate: reads === 0 ? null : hits / reads }
}

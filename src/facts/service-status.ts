import type { EvidenceQueue } from '../evidence/evidence-queue.ts'
import type { StatusDocument, StatusQuestion } from '../http/status-routes.ts'
import { type Clock, timestampOf } from '../lib/clock.ts'
import type { FactRepository } from './fact-repository.ts'

export interface ServiceStatusDeps {
  readonly facts: Pick<FactRepository, 'countFacts' | 'backlog'>
  readonly queue: Pick<EvidenceQueue, 'countAllPending'>
  readonly version: string
  readonly backends: Readonly<Record<string, string>>
  readonly startedAtMs: number
  readonly clock: Clock
}

/** What `/status` tells. Sums over all tenants say what others do, so only an operator gets them. */
export async function serviceStatus(
  deps: ServiceStatusDeps,
  { tenant, mayOperate }: StatusQuestion,
): Promise<StatusDocument> {
  const [facts, pendingEvidence, instance] = await Promise.all([
    deps.facts.countFacts(tenant),
    deps.queue.countAllPending(tenant),
    mayOperate ? instanceFigures(deps) : undefined,
  ])
  return {
    version: deps.version,
    startedAt: timestampOf(deps.startedAtMs),
    uptimeSeconds: (deps.clock() - deps.startedAtMs) / 1000,
    mode: 'embedded',
    backends: { ...deps.backends },
    sealedMode: { isEnforced: false },
    tenant: { name: tenant, figures: { facts, pendingEvidence } },
    ...(instance && { instance }),
  }
}

async function instanceFigures({ facts, queue }: ServiceStatusDeps): Promise<Record<string, number | string | null>> {
  const [pendingEvidence, { events, oldest }] = await Promise.all([queue.countAllPending(), facts.backlog()])
  return { pendingEvidence, unrelayedEvents: events, oldestUnrelayedEvent: oldest ?? null }
}

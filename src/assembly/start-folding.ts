import { randomUUID } from 'node:crypto'
import type { GraphIndexCache } from '../callgraphs/graph-index-cache.ts'
import type { Config } from '../config.ts'
import type { OutboxRelay } from '../events/outbox-relay.ts'
import { type FoldDeps, foldSubject } from '../facts/fold.ts'
import { FoldLane } from '../facts/fold-lane.ts'
import { FoldScheduler } from '../facts/fold-scheduler.ts'
import { FoldSweeper } from '../facts/fold-sweeper.ts'
import { measuredFold, waitOf } from '../facts/measure-folds.ts'
import { factLimitsOf } from '../facts/subject-limits.ts'
import type { Clock } from '../lib/clock.ts'
import type { FailPoints } from '../lib/fail-points.ts'
import { systemTimer } from '../lib/timer.ts'
import { scoringProfile } from '../scoring/profile.ts'
import type { BusinessLog } from '../telemetry/business-events.ts'
import type { Measures } from '../telemetry/measures.ts'
import type { CacheAndBus } from './open-cache-and-bus.ts'
import type { Stores } from './open-stores.ts'

const sweepEveryMs = 30_000
const foldLimits = { evidencePerFold: 500, leaseMs: 2_000 }
const retryFoldMs = 500

export interface FoldingParts {
  readonly stores: Stores
  readonly cacheAndBus: CacheAndBus
  readonly indexes: GraphIndexCache
  readonly relay: OutboxRelay
  readonly failPoints: FailPoints
  readonly business: BusinessLog
  readonly measures: Measures
  readonly clock: Clock
}

/** Folds whatever evidence waits, now and whenever more comes. */
export function startFolding(config: Config, parts: FoldingParts, opened: AsyncDisposableStack): FoldScheduler {
  const { stores, cacheAndBus, indexes, relay, failPoints, business, measures, clock } = parts
  const lane = opened.adopt(new FoldLane({ content: stores.contentOptions, threads: 1 }), (folds) => folds.close())
  const deps: FoldDeps = {
    ...stores,
    findCallgraph: (tenant, callgraphId) => stores.callgraphs.find(tenant, callgraphId),
    isBeingErased: async (subject) => (await stores.erasures.holdOf(subject)).isRunning,
    compute: async (input) => {
      const loaded = await Promise.all(
        input.callgraphs.map(async (record) => [record.callgraphId, (await indexes.get(record)).buffer] as const),
      )
      measures.foldLag(waitOf(input.evidence, clock()))
      return await lane.compute(input, new Map(loaded))
    },
    onSaved: async (saved) => {
      relay.wake(saved)
      // Early, so that the next read is fresh; where it cannot be marked now, the relay does so later.
      await cacheAndBus.factCache.mark(saved).catch(() => undefined)
    },
    onUpdated: (updated) => business.factUpdated(updated),
    clock,
    timer: systemTimer,
    failPoints,
    owner: randomUUID(),
    profile: scoringProfile(config.scoring.profile, config.scoring),
    limits: { ...foldLimits, unrelayedEvents: config.limits.unrelayedEvents },
    factLimits: factLimitsOf(config.limits),
  }
  const scheduler = new FoldScheduler({
    fold: measuredFold(measures, (subject) => foldSubject(deps, subject)),
    onError: (subject, err) => business.foldFailed({ ...subject, err }),
    concurrency: 4,
    retryMs: retryFoldMs,
    clock,
    timer: systemTimer,
  })
  const sweeper = new FoldSweeper({
    queue: stores.queue,
    request: (subject) => scheduler.request(subject),
    onError: (err) => business.foldFailed({ tenant: '', subjectKey: '', err }),
    clock,
    timer: systemTimer,
    everyMs: sweepEveryMs,
    jitter: Math.random,
  })
  opened.defer(() => scheduler.close())
  opened.defer(() => sweeper.close())
  sweeper.start()
  return scheduler
}

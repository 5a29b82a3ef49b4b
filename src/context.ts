import { randomUUID, randomUUIDv7 } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { AnalysisLane } from './callgraphs/analysis-lane.ts'
import { countUnmatched } from './callgraphs/count-unmatched.ts'
import { GraphIndexCache } from './callgraphs/graph-index-cache.ts'
import { loadGraphIndex } from './callgraphs/load-graph-index.ts'
import { loadPositions } from './callgraphs/positions/load-positions.ts'
import { locateOutput } from './callgraphs/positions/locate-output.ts'
import { PositionCache } from './callgraphs/positions/position-cache.ts'
import type { Config } from './config.ts'
import type { FactUpdated } from './events/fact-updated.ts'
import { InProcessBus } from './events/in-process-bus.ts'
import { OutboxRelay } from './events/outbox-relay.ts'
import { tellingPublisher } from './events/telling-publisher.ts'
import type { PendingSubject } from './evidence/evidence-queue.ts'
import { IdempotencyGate } from './evidence/idempotency.ts'
import type { LocatedOutput, OutputMismatch, ToolOutput } from './evidence/tool-output.ts'
import type { AskSubjectDeps } from './facts/ask-subject.ts'
import { blobAccess } from './facts/blob-access.ts'
import { completeEvent } from './facts/complete-event.ts'
import { type FoldDeps, foldSubject } from './facts/fold.ts'
import { FoldLane } from './facts/fold-lane.ts'
import { FoldScheduler } from './facts/fold-scheduler.ts'
import { FoldSweeper } from './facts/fold-sweeper.ts'
import { measuredFold, waitOf } from './facts/measure-folds.ts'
import { QuestionLane } from './facts/question-lane.ts'
import { addServiceFigures } from './facts/service-figures.ts'
import { type AwaitedFact, waitForFact } from './facts/wait-for-fact.ts'
import type { Tenant } from './identifiers/tenant.ts'
import { type Clock, systemClock } from './lib/clock.ts'
import { armedFailPoints, type FailPoints } from './lib/fail-points.ts'
import { systemTimer } from './lib/timer.ts'
import { type CacheAndBus, openCacheAndBus } from './open-cache-and-bus.ts'
import { openStores, type Stores } from './open-stores.ts'
import { scoringProfile } from './scoring/profile.ts'
import { type BusinessLog, businessLog } from './telemetry/business-events.ts'
import { createLogger, type Logger } from './telemetry/logger.ts'
import {
  countedBusiness,
  createMeasures,
  createRegistry,
  type Measures,
  type MetricsRegistry,
} from './telemetry/measures.ts'
import { addCacheFigures } from './telemetry/scraped-figures.ts'
import { serviceVersion } from './version.ts'

/** What a test may hand in instead of the real thing. */
export interface ContextOverrides {
  readonly clock?: Clock
  readonly logger?: Logger
}

/** Everything that routes are handed a part of. Opened once, closed in reverse. */
export interface Context {
  readonly config: Config
  readonly logger: Logger
  readonly business: BusinessLog
  /** What `/metrics` tells. */
  readonly registry: MetricsRegistry
  readonly measures: Measures
  readonly clock: Clock
  readonly newId: () => string
  readonly failPoints: FailPoints
  readonly stores: Stores
  readonly gate: IdempotencyGate
  readonly analysisLane: AnalysisLane
  readonly questions: AskSubjectDeps
  readonly indexes: GraphIndexCache
  readonly folding: FoldScheduler
  readonly relay: OutboxRelay
  readonly bus: InProcessBus
  readonly cacheAndBus: CacheAndBus
  readonly locateOutput: (
    tenant: Tenant,
    callgraphId: string,
    output: ToolOutput,
  ) => Promise<LocatedOutput | OutputMismatch | undefined>
  readonly countUnmatched: (tenant: Tenant, callgraphId: string, names: readonly string[]) => Promise<number>
  readonly waitForFact: (
    subject: PendingSubject,
    receiptId: string,
    seconds: number,
  ) => Promise<AwaitedFact | undefined>
  close(): Promise<void>
}

const sweepEveryMs = 30_000
const foldLimits = { evidencePerFold: 500, leaseMs: 2_000 }
/** Graphs small enough to need no slot of their own; each waits on disk. */
const maxQueuedAnalyses = 1_000
const maxQueuedQuestions = 100
const retryFoldMs = 500

/** Opens what the configuration names, picks the adapters, and starts what works in the background. */
export async function createContext(config: Config, overrides: ContextOverrides = {}): Promise<Context> {
  const opened = new AsyncDisposableStack()
  try {
    return await assemble(config, overrides, opened)
  } catch (error) {
    await opened.disposeAsync()
    throw error
  }
}

async function assemble(
  config: Config,
  { clock = systemClock, logger = defaultLogger(config) }: ContextOverrides,
  opened: AsyncDisposableStack,
): Promise<Context> {
  const registry = createRegistry()
  const measures = createMeasures(registry)
  const stores = await openStores(config, measures, opened)
  const failPoints = armedFailPoints(config.testing.failPoints)
  const business = countedBusiness(businessLog(logger), measures)
  const bus = new InProcessBus(logger)
  const cacheAndBus = await openCacheAndBus(config, { stores, bus, business, logger, clock }, opened)
  const relay = startRelay(config, { stores, cacheAndBus, business, failPoints, logger, clock }, opened)
  const indexes = new GraphIndexCache({
    load: (record) => loadGraphIndex(stores.content, record),
    maxBytes: config.cache.graphIndexBytes,
  })
  const positions = new PositionCache((record) => loadPositions(stores.content, record))
  const parts = { stores, cacheAndBus, indexes, relay, failPoints, business, measures, clock }
  const folding = startFolding(config, parts, opened)
  addServiceFigures(registry, { ...stores, folding, clock })
  addCacheFigures(registry, {
    facts: () => cacheAndBus.factCache.figures(),
    graph_indexes: () => indexes.figures(),
  })
  const questionLane = opened.adopt(
    new QuestionLane({ content: stores.contentOptions, threads: 1, queued: maxQueuedQuestions }),
    (lane) => lane.close(),
  )
  const analysisLane = opened.adopt(
    new AnalysisLane({
      stagingDirectory: stores.contentOptions.stagingDirectory,
      threads: 1,
      queued: maxQueuedAnalyses,
    }),
    (lane) => lane.close(),
  )
  return {
    config,
    logger,
    business,
    registry,
    measures,
    clock,
    newId: randomUUIDv7,
    failPoints,
    stores,
    gate: new IdempotencyGate(),
    analysisLane,
    questions: {
      ...stores,
      indexes,
      lane: questionLane,
      profile: scoringProfile(config.scoring.profile, config.scoring),
    },
    indexes,
    folding,
    relay,
    bus,
    cacheAndBus,
    locateOutput: (tenant, callgraphId, output) =>
      locateOutput({ ...stores, indexes, positions }, { tenant, callgraphId, output }),
    countUnmatched: (tenant, callgraphId, names) =>
      countUnmatched({ ...stores, indexes }, { tenant, callgraphId, names }),
    waitForFact: (subject, receiptId, seconds) =>
      waitForFact(
        { ...stores, folded: (folded) => folding.folded(folded), pause: (ms) => pause(ms, undefined, { ref: false }) },
        subject,
        receiptId,
        seconds,
      ),
    close: () => opened.disposeAsync(),
  }
}

function defaultLogger({ telemetry }: Config): Logger {
  return createLogger({ level: telemetry.logLevel, version: serviceVersion })
}

interface RelayParts {
  readonly stores: Stores
  readonly cacheAndBus: CacheAndBus
  readonly business: BusinessLog
  readonly failPoints: FailPoints
  readonly logger: Logger
  readonly clock: Clock
}

function startRelay(config: Config, parts: RelayParts, opened: AsyncDisposableStack): OutboxRelay {
  const { stores, cacheAndBus, business, failPoints, logger, clock } = parts
  const blobs = (tenant: Tenant) => blobAccess(stores.content, tenant)
  const { producer, lookEveryMs } = config.events
  const relay = new OutboxRelay({
    outbox: stores.facts,
    log: stores.eventLog,
    publisher: tellingPublisher(cacheAndBus.publisher, tellRelayed(business)),
    complete: (entry, slim) =>
      completeEvent({ facts: stores.facts, blobs, producer, release: serviceVersion }, entry, slim),
    markCache: (entry) => cacheAndBus.factCache.mark(entry),
    failPoints,
    logger,
    clock,
    timer: systemTimer,
    lookEveryMs,
  })
  relay.wake()
  cacheAndBus.onBusBack(() => void relay.flush())
  return opened.adopt(relay, async () => {
    await relay.flush()
    await relay.close()
  })
}

function tellRelayed(business: BusinessLog): (event: FactUpdated) => void {
  return ({ tenant, subject_key: subjectKey, event_id: eventId, fact_version: factVersion }) =>
    business.eventRelayed({ tenant, subjectKey, eventId, factVersion })
}

interface FoldingParts {
  readonly stores: Stores
  readonly cacheAndBus: CacheAndBus
  readonly indexes: GraphIndexCache
  readonly relay: OutboxRelay
  readonly failPoints: FailPoints
  readonly business: BusinessLog
  readonly measures: Measures
  readonly clock: Clock
}

function startFolding(config: Config, parts: FoldingParts, opened: AsyncDisposableStack): FoldScheduler {
  const { stores, cacheAndBus, indexes, relay, failPoints, business, measures, clock } = parts
  const lane = opened.adopt(new FoldLane({ content: stores.contentOptions, threads: 1 }), (folds) => folds.close())
  const deps: FoldDeps = {
    ...stores,
    findCallgraph: (tenant, callgraphId) => stores.callgraphs.find(tenant, callgraphId),
    compute: async (input) => {
      const loaded = await Promise.all(
        input.callgraphs.map(async (record) => [record.callgraphId, (await indexes.get(record)).buffer] as const),
      )
      measures.foldLag(waitOf(input.evidence, clock()))
      return await lane.compute(input, new Map(loaded))
    },
    onSaved: async (saved) => {
      relay.wake()
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
    factLimits: {
      symbols: config.limits.subjectSymbols,
      targets: config.limits.subjectTargets,
      listedUnknowns: 100_000,
    },
  }
  const scheduler = new FoldScheduler({
    fold: measuredFold(measures, (subject) => foldSubject(deps, subject)),
    onError: (subject, err) => business.foldFailed({ ...subject, err }),
    concurrency: 4,
    retryMs: retryFoldMs,
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

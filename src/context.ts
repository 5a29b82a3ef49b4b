import { randomUUIDv7 } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { Authentication } from './assembly/authentication.ts'
import { openAuthentication } from './assembly/open-authentication.ts'
import { type CacheAndBus, openCacheAndBus } from './assembly/open-cache-and-bus.ts'
import { type Load, openLoad } from './assembly/open-load.ts'
import { openSealedMode } from './assembly/open-sealed-mode.ts'
import { openStores, type Stores } from './assembly/open-stores.ts'
import { startFolding } from './assembly/start-folding.ts'
import { startRelay } from './assembly/start-relay.ts'
import type { SealedGate } from './auth/sealed-mode.ts'
import { AnalysisLane } from './callgraphs/analysis-lane.ts'
import { countUnmatched } from './callgraphs/count-unmatched.ts'
import { GraphIndexCache } from './callgraphs/graph-index-cache.ts'
import { loadGraphIndex } from './callgraphs/load-graph-index.ts'
import { loadPositions } from './callgraphs/positions/load-positions.ts'
import { locateOutput } from './callgraphs/positions/locate-output.ts'
import { PositionCache } from './callgraphs/positions/position-cache.ts'
import type { Config } from './config.ts'
import { InProcessBus } from './events/in-process-bus.ts'
import type { OutboxRelay } from './events/outbox-relay.ts'
import type { PendingSubject } from './evidence/evidence-queue.ts'
import { IdempotencyGate } from './evidence/idempotency.ts'
import type { LocatedOutput, OutputMismatch, ToolOutput } from './evidence/tool-output.ts'
import type { AskSubjectDeps } from './facts/ask-subject.ts'
import type { FoldScheduler } from './facts/fold-scheduler.ts'
import { QuestionLane } from './facts/question-lane.ts'
import { addServiceFigures } from './facts/service-figures.ts'
import { type AwaitedFact, waitForFact } from './facts/wait-for-fact.ts'
import type { Tenant } from './identifiers/tenant.ts'
import { type Clock, systemClock } from './lib/clock.ts'
import { armedFailPoints, type FailPoints } from './lib/fail-points.ts'
import { ReplayLane } from './replay/replay-lane.ts'
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
  readonly newId?: () => string
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
  readonly authentication: Authentication
  readonly sealedMode: SealedGate
  readonly load: Load
  readonly gate: IdempotencyGate
  readonly analysisLane: AnalysisLane
  readonly questions: AskSubjectDeps
  readonly replays: ReplayLane
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
  readonly countUnmatched: (
    tenant: Tenant,
    callgraphId: string,
    names: readonly string[],
  ) => Promise<number | undefined>
  readonly waitForFact: (
    subject: PendingSubject,
    receiptId: string,
    seconds: number,
  ) => Promise<AwaitedFact | undefined>
  close(): Promise<void>
}

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
  { clock = systemClock, newId = randomUUIDv7, logger = loggerOf(config) }: ContextOverrides,
  opened: AsyncDisposableStack,
): Promise<Context> {
  const registry = createRegistry()
  const measures = createMeasures(registry)
  const stores = await openStores(config, measures, opened)
  await stores.clearAbandoned()
  const failPoints = armedFailPoints(config.testing.failPoints)
  const business = countedBusiness(businessLog(logger), measures)
  const bus = new InProcessBus(logger)
  const cacheAndBus = await openCacheAndBus(config, { stores, bus, business, logger, clock }, opened)
  const relay = startRelay(config, { stores, cacheAndBus, business, failPoints, logger, clock }, opened)
  const graphs = knownGraphs(config, stores)
  const { indexes } = graphs
  const parts = { stores, cacheAndBus, indexes, relay, failPoints, business, measures, clock }
  const folding = startFolding(config, parts, opened)
  const { analysisLane, questionLane, replays } = openLanes(config, stores, opened)
  addServiceFigures(registry, { ...stores, folding, analysisLane, questionLane, clock })
  addCacheFigures(registry, {
    facts: () => cacheAndBus.factCache.figures(),
    graph_indexes: () => indexes.figures(),
  })
  return {
    config,
    logger,
    business,
    registry,
    measures,
    clock,
    newId,
    failPoints,
    stores,
    authentication: await openAuthentication(config, { logger, clock }, opened),
    sealedMode: openSealedMode(config, { logger, clock }),
    load: await openLoad(config, { ...stores.contentOptions, usage: stores.usage, registry, logger }, opened),
    gate: new IdempotencyGate(),
    analysisLane,
    questions: {
      ...stores,
      indexes,
      lane: questionLane,
      profile: scoringProfile(config.scoring.profile, config.scoring),
    },
    replays,
    ...graphs,
    folding,
    relay,
    bus,
    cacheAndBus,
    waitForFact: waiting(stores, folding),
    close: () => opened.disposeAsync(),
  }
}

/** What is asked of stored graphs, over the caches that hold them ready. */
function knownGraphs({ cache }: Config, stores: Stores): Pick<Context, 'indexes' | 'locateOutput' | 'countUnmatched'> {
  const indexes = new GraphIndexCache({
    load: (record) => loadGraphIndex(stores.content, record),
    maxBytes: cache.graphIndexBytes,
  })
  const positions = new PositionCache((record) => loadPositions(stores.content, record))
  return {
    indexes,
    locateOutput: (tenant, callgraphId, output) =>
      locateOutput({ ...stores, indexes, positions }, { tenant, callgraphId, output }),
    countUnmatched: (tenant, callgraphId, names) =>
      countUnmatched({ ...stores, indexes }, { tenant, callgraphId, names }),
  }
}

function waiting(stores: Stores, folding: FoldScheduler): Context['waitForFact'] {
  const folded = (subject: PendingSubject): Promise<void> => folding.folded(subject)
  const deps = { ...stores, folded, pause: (ms: number) => pause(ms, undefined, { ref: false }) }
  return (subject, receiptId, seconds) => waitForFact(deps, subject, receiptId, seconds)
}

/** Threads for graphs, questions and replays; folds have a lane of their own. */
function openLanes({ limits }: Config, { contentOptions }: Stores, opened: AsyncDisposableStack) {
  const { stagingDirectory } = contentOptions
  const questions = new QuestionLane({ content: contentOptions, threads: 1, queued: limits.queuedQuestions })
  const analyses = new AnalysisLane({ stagingDirectory, threads: 1, queued: limits.queuedAnalyses })
  const replayed = { maxEntries: limits.replayFiles, maxBytes: limits.replayBytes }
  const replays = new ReplayLane({ stagingDirectory, limits: replayed, queued: limits.queuedReplays })
  return {
    replays: opened.adopt(replays, (lane) => lane.close()),
    questionLane: opened.adopt(questions, (lane) => lane.close()),
    analysisLane: opened.adopt(analyses, (lane) => lane.close()),
  }
}

/** The one that everything in the process writes with. */
export function loggerOf({ telemetry, secrets }: Config): Logger {
  return createLogger({ level: telemetry.logLevel, version: serviceVersion, secrets })
}

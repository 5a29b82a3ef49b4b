import { availableParallelism } from 'node:os'
import { openErasure } from './assembly/open-erasure.ts'
import { closeSealedRoutes } from './auth/close-sealed-routes.ts'
import { guardRoutes } from './auth/guard-routes.ts'
import { callgraphRoutes } from './callgraphs/callgraph-routes.ts'
import { type IngestCallgraphRoutesDeps, ingestCallgraphRoutes } from './callgraphs/ingest-callgraph-routes.ts'
import { sampleSymbols } from './callgraphs/sample-symbols.ts'
import { modeOf } from './config.ts'
import type { Context } from './context.ts'
import { erasureRoutes } from './erasure/erasure-routes.ts'
import { deadLetterRoutes } from './events/dead-letter-routes.ts'
import { type EventRoutesDeps, eventRoutes } from './events/event-routes.ts'
import { type Admission, admitFold } from './evidence/admission.ts'
import type { PendingSubject } from './evidence/evidence-queue.ts'
import { receiptRoutes } from './evidence/receipt-routes.ts'
import { askForReasons, askForStates } from './facts/ask-subject.ts'
import { blobAccess } from './facts/blob-access.ts'
import { factRoutes } from './facts/fact-routes.ts'
import { questionRoutes } from './facts/question-routes.ts'
import { type RecomputeRoutesDeps, recomputeRoutes } from './facts/recompute-routes.ts'
import { requireSubjectRoom } from './facts/require-room.ts'
import { serviceStatus } from './facts/service-status.ts'
import { factLimitsOf, subjectLimitsOf } from './facts/subject-limits.ts'
import { type UnknownsRoutesDeps, unknownsRoutes } from './facts/unknowns-routes.ts'
import { versionRoutes } from './facts/version-routes.ts'
import { admitWork } from './http/admit-work.ts'
import { allowOrigins } from './http/allow-origins.ts'
import { openDocsPage, serveDocsPage } from './http/docs-page.ts'
import { healthRoutes } from './http/health-routes.ts'
import { createHttpServer } from './http/http-server.ts'
import { LargeUploads } from './http/large-uploads.ts'
import { limitRates } from './http/limit-rates.ts'
import { measureRequests } from './http/measure-requests.ts'
import { describeRoutes } from './http/openapi.ts'
import type { HttpServer } from './http/route.ts'
import { statusRoutes } from './http/status-routes.ts'
import { tlsOptions } from './http/tls.ts'
import type { Tenant } from './identifiers/tenant.ts'
import { systemTimer } from './lib/timer.ts'
import { problems } from './problems.ts'
import { replayInputsRoutes, replayRoutes } from './replay/replay-routes.ts'
import { type RuntimeFactsRoutesDeps, runtimeFactsRoutes } from './runtime-facts/runtime-facts-routes.ts'
import { syntheticRoutes } from './runtime-facts/synthetic-routes.ts'
import { addScrapedFigure } from './telemetry/scraped-figures.ts'
import {
  type IngestUnionBundleRoutesDeps,
  ingestUnionBundleRoutes,
} from './union-bundles/ingest-union-bundle-routes.ts'
import { unionBundleRoutes } from './union-bundles/union-bundle-routes.ts'
import { serviceVersion } from './version.ts'

/** The HTTP surface: conventions first, then evidence in and facts out, each folder's routes in the order of the folders. */
export async function buildApp(context: Context): Promise<HttpServer> {
  const app = await openServer(context)
  const uploads = largeUploads(context)
  await operating(app, context)
  await evidenceIn(app, context, uploads)
  await factsOut(app, context)
  await proving(app, context, uploads)
  await app.register(erasureRoutes, { prefix: '/signals', ...openErasure(context) })
  return app
}

/** What holds for every route: ids, problem documents, who asks and what they may, the description of it all. */
async function openServer({
  config,
  logger,
  measures,
  authentication,
  sealedMode,
  load,
}: Context): Promise<HttpServer> {
  const { publicUrl, corsOrigins, bodyGraceMs: graceMs, bodyBytesPerSecond: bytesPerSecond } = config.http
  const connections = { ...config.http, connections: config.limits.connections }
  // Only a token can be bound to a certificate.
  const tls = tlsOptions(config.http.tls, authentication.proofAlgorithms !== undefined)
  const app = createHttpServer({ problems, logger, connections, bodyPace: { graceMs, bytesPerSecond }, tls })
  measureRequests(app, { measures, problems })
  openDocsPage(app)
  await allowOrigins(app, corsOrigins)
  closeSealedRoutes(app, sealedMode)
  guardRoutes(app, authentication)
  if (load.rates) limitRates(app, load.rates)
  admitWork(app, load)
  await describeRoutes(app, { problems, version: serviceVersion, publicUrl })
  await serveDocsPage(app)
  return app
}

function largeUploads({ config: { limits }, registry }: Context): LargeUploads {
  const cores = availableParallelism()
  const places = { atOnce: limits.uploadsPerCore * cores, reserved: limits.reservedUploadsPerCore * cores }
  const uploads = new LargeUploads(places)
  addScrapedFigure(registry, {
    name: 'signals_large_uploads_running',
    help: 'Bodies of more than 1 MiB that are being taken in, in this process.',
    read: () => uploads.running,
  })
  return uploads
}

async function operating(app: HttpServer, context: Context): Promise<void> {
  const { config, stores, cacheAndBus, authentication, sealedMode } = context
  const checks = [...stores.checks, ...cacheAndBus.checks, ...authentication.checks, ...sealedMode.checks]
  await app.register(healthRoutes, { checks, checkTimeoutMs: config.http.checkTimeoutMs })
  await app.register(statusRoutes, { status: statusOf(context) })
  await app.register(eventRoutes, { prefix: '/signals/events', ...eventFeed(context) })
  await app.register(deadLetterRoutes, {
    prefix: '/signals/events',
    log: stores.eventLog,
    deadLetters: stores.deadLetters,
    republish: cacheAndBus.republish,
  })
}

async function evidenceIn(app: HttpServer, context: Context, uploads: LargeUploads): Promise<void> {
  const { config, stores, indexes } = context
  await app.register(receiptRoutes, { prefix: '/signals/receipts', queue: stores.queue })
  await app.register(ingestCallgraphRoutes, { prefix: '/signals/callgraphs', ...callgraphIngest(context, uploads) })
  await app.register(callgraphRoutes, { prefix: '/signals/callgraphs', ...stores })
  await app.register(runtimeFactsRoutes, { prefix: '/signals/runtime-facts', ...runtimeFactsIngest(context, uploads) })
  await app.register(syntheticRoutes, {
    prefix: '/signals/runtime-facts',
    ...runtimeFactsIngest(context, uploads),
    limits: config.limits,
    sampleSymbols: (tenant, callgraphId, count) =>
      sampleSymbols({ ...stores, indexes }, { tenant, callgraphId, count }),
  })
  const unionPrefix = '/signals/reachability/union'
  await app.register(ingestUnionBundleRoutes, { prefix: unionPrefix, ...unionBundleIngest(context, uploads) })
  await app.register(unionBundleRoutes, { prefix: unionPrefix, ...stores })
  await app.register(recomputeRoutes, { prefix: '/signals/reachability', ...factIngest(context, uploads) })
  await app.register(unknownsRoutes, { prefix: '/signals/unknowns', ...factIngest(context, uploads) })
}

async function factsOut(app: HttpServer, { config, stores, cacheAndBus, questions }: Context): Promise<void> {
  const read = { prefix: '/signals/facts', ...stores, blobs: (tenant: Tenant) => blobAccess(stores.content, tenant) }
  await app.register(factRoutes, {
    ...read,
    readFact: (tenant, subjectKey) => cacheAndBus.factCache.read(tenant, subjectKey),
  })
  await app.register(versionRoutes, read)
  await app.register(questionRoutes, {
    ...read,
    limits: config.limits,
    query: (row, targets) => askForStates(questions, row, targets),
    explain: (row, question) => askForReasons(questions, row, question),
  })
}

async function proving(app: HttpServer, context: Context, uploads: LargeUploads): Promise<void> {
  const { config, stores, questions, replays } = context
  await app.register(replayInputsRoutes, {
    prefix: '/signals/facts',
    ...stores,
    blobs: (tenant) => blobAccess(stores.content, tenant),
    profile: questions.profile,
    factLimits: factLimitsOf(config.limits),
    codeVersion: serviceVersion,
  })
  await app.register(replayRoutes, {
    prefix: '/signals',
    replay: (body) => replays.replay(stores.content.staging, body),
    limits: config.limits,
    uploads,
  })
}

function eventFeed({ config, stores, bus, clock, sealedMode }: Context): EventRoutesDeps {
  const { lookEveryMs, heartbeatMs: heartBeatMs, maxStreamsPerTenant } = config.events
  const listen: EventRoutesDeps['listen'] = (tenant, wake) => bus.listen(tenant, wake)
  const pace = { clock, timer: systemTimer, lookEveryMs, heartBeatMs }
  return { log: stores.eventLog, listen, mayGoOn: () => sealedMode.isOpen(), ...pace, maxStreamsPerTenant }
}

/** What every way in needs: what it must pass, where evidence goes, who is told of it, and how long to wait for what comes of it. */
function evidenceIngest(context: Context, uploads: LargeUploads) {
  const { stores, gate, clock, newId, failPoints, waitForFact, folding } = context
  const { limits } = context.config
  const admission: Admission = {
    admitFold: () => admitFold(folding.waiting, limits.queuedFolds),
    requireRoom: (subject, ...added) =>
      requireSubjectRoom({ ...stores, limits: subjectLimitsOf(limits) }, subject, ...added),
  }
  const onAppended = (subject: PendingSubject): void => folding.request(subject)
  return { ...stores, ...admission, gate, clock, newId, failPoints, waitForFact, onAppended, uploads }
}

function callgraphIngest(context: Context, uploads: LargeUploads): IngestCallgraphRoutesDeps {
  const { limits } = context.config
  const graphLimits = { maxNodes: limits.graphNodes, maxEdges: limits.graphEdges, maxDepth: limits.nestingDepth }
  return {
    ...evidenceIngest(context, uploads),
    limits,
    analyze: (artifact, options) => context.analysisLane.analyze(artifact, { ...options, limits: graphLimits }),
    onIngested: (callgraph) => context.business.callgraphIngested(callgraph),
  }
}

function runtimeFactsIngest(context: Context, uploads: LargeUploads): RuntimeFactsRoutesDeps {
  const { limits } = context.config
  return {
    ...evidenceIngest(context, uploads),
    limits: {
      ...limits,
      maxLineBytes: limits.lineBytes,
      maxDepth: limits.nestingDepth,
      maxSymbols: limits.batchSymbols,
    },
    countUnmatched: context.countUnmatched,
    onAccepted: (batch) => {
      context.business.batchAccepted(batch)
      context.measures.linesRead(batch)
    },
    onRefused: (batch) => context.business.batchRefused(batch),
    locateOutput: context.locateOutput,
  }
}

function unionBundleIngest(context: Context, uploads: LargeUploads): IngestUnionBundleRoutesDeps {
  const { limits } = context.config
  const { onIngested, ...graphs } = callgraphIngest(context, uploads)
  const facts = runtimeFactsIngest(context, uploads)
  return {
    ...graphs,
    ...facts,
    ...context.stores,
    limits: {
      ...facts.limits,
      maxEntries: limits.unionEntries,
      maxInflatedBytes: limits.unionInflatedBytes,
      maxRatio: limits.unionRatio,
      maxMetaBytes: limits.unionMetaBytes,
    },
    maxArchiveBytes: limits.unionBytes,
    onIngested,
    onBundle: (bundle) => context.business.unionBundleIngested(bundle),
    onRefused: (bundle) => context.business.unionBundleRefused(bundle),
  }
}

function factIngest(context: Context, uploads: LargeUploads): RecomputeRoutesDeps & UnknownsRoutesDeps {
  const { config, stores, business } = context
  const { limits } = config
  return {
    ...evidenceIngest(context, uploads),
    limits,
    blobs: (tenant) => blobAccess(stores.content, tenant),
    onRecomputeRequested: (requested) => business.recomputeRequested(requested),
    onUnknownsReported: (reported) => business.unknownsReported(reported),
  }
}

function statusOf({
  config,
  stores,
  authentication,
  cacheAndBus,
  sealedMode,
  clock,
}: Context): Parameters<typeof statusRoutes>[1]['status'] {
  const backends = { store: config.store.driver, cas: config.cas.driver, ...cacheAndBus.backends }
  const { mode: authenticationMode, warning } = authentication
  const { factCache, figures: busFigures } = cacheAndBus
  const process = { clock, version: serviceVersion, mode: modeOf(config), startedAtMs: clock() }
  const told = { backends, authentication: { mode: authenticationMode, ...(warning !== undefined && { warning }) } }
  return (question) => serviceStatus({ ...stores, ...process, ...told, sealedMode, factCache, busFigures }, question)
}

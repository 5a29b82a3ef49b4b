import closeWithGrace from 'close-with-grace'
import { buildApp } from './app.ts'
import { type Config, ConfigError, loadConfig, modeOf, processSources } from './config.ts'
import { type Context, createContext, loggerOf } from './context.ts'
import { closeInOrder } from './lib/close-in-order.ts'
import type { Logger } from './telemetry/logger.ts'
import { listenForMetrics, type MetricsListener } from './telemetry/metrics-listener.ts'
import { addProcessFigures } from './telemetry/scraped-figures.ts'

/** EX_CONFIG of sysexits.h: starting again without changing something cannot help. */
const exitConfig = 78

/** The process from its arguments to where it listens; it ends by itself when it is told to, or cannot start. */
export async function serve(): Promise<void> {
  const config = configOrExit()
  const logger = loggerOf(config)
  try {
    await run(config, logger)
  } catch (error) {
    // Written here, not by Node: that would quote whatever the error brings along. And written whatever the level.
    logger.child({}, { level: 'fatal' }).fatal({ err: error }, 'cannot start')
    process.exit(1)
  }
}

/** Config → context → app → listen → close with grace. */
async function run(config: Config, logger: Logger): Promise<void> {
  const context = await createContext(config, { logger })
  const app = await buildApp(context)
  const metricsListener = await openMetrics(context)
  const { host, port, shutdownGraceMs } = config.http
  // What holds up one step must not keep the next from its turn; every step has its own time.
  const steps = [
    { name: 'http', close: () => app.close(), force: () => app.server.closeAllConnections() },
    { name: 'metrics', close: async () => metricsListener?.close() },
    { name: 'context', close: () => context.close() },
  ]
  const close = (): Promise<void> =>
    closeInOrder(steps, shutdownGraceMs, (step, error) => context.logger.error({ step, err: error }, 'closing failed'))

  closeWithGrace({ delay: (steps.length + 1) * shutdownGraceMs, logger: context.logger }, async ({ signal, err }) => {
    if (err) context.logger.fatal({ err }, 'stopping after an error that nobody caught')
    context.business.serviceStopping({ reason: signal ?? err?.name ?? 'request' })
    const start = performance.now()
    await close()
    context.business.serviceStopped({ durationMs: Math.round(performance.now() - start) })
  })

  try {
    const url = await app.listen({ host, port })
    // Deployments and tests wait for this line: it is written whatever the level.
    context.logger.child({}, { level: 'info' }).info({ url }, 'listening')
    if (context.authentication.warning !== undefined) context.logger.warn(context.authentication.warning)
    context.business.serviceStarted({ url, mode: modeOf(config) })
  } catch (error) {
    context.logger.fatal({ err: error }, 'cannot listen')
    await close()
    process.exit(1)
  }
}

async function openMetrics({ config, logger, registry }: Context): Promise<MetricsListener | undefined> {
  const { host, port } = config.telemetry.metrics
  if (port === 'off') return undefined
  addProcessFigures(registry)
  try {
    const listener = await listenForMetrics(registry, { host, port })
    logger.info({ url: listener.url }, 'metrics listening')
    return listener
  } catch (error) {
    // A second service on the machine finds the default port taken: it serves, and cannot be measured.
    logger.warn({ err: error, host, port }, 'no metrics: cannot listen')
    return undefined
  }
}

function configOrExit(): Config {
  try {
    return loadConfig(processSources())
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exit(exitConfig)
  }
}

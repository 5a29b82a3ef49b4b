import { dirname } from 'node:path'
import type { Config } from '../config.ts'
import type { AdmitWorkDeps } from '../http/admit-work.ts'
import { systemTimer } from '../lib/timer.ts'
import { DiskWatch } from '../load/disk-watch.ts'
import { EventLoopDelay } from '../load/event-loop-delay.ts'
import { memoryCeiling } from '../load/memory-ceiling.ts'
import { Places } from '../load/places.ts'
import { Pressure } from '../load/pressure.ts'
import type { RequestRates } from '../load/request-rates.ts'
import { TenantQuota } from '../load/tenant-quota.ts'
import type { TenantUsage } from '../load/tenant-usage.ts'
import { openRedis } from '../redis/open-redis.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { MetricsRegistry } from '../telemetry/measures.ts'
import { addScrapedFigure } from '../telemetry/scraped-figures.ts'

/** What decides whether more work is taken on. */
export interface Load extends AdmitWorkDeps {
  /** Undefined where requests are not counted. */
  readonly rates: RequestRates | undefined
}

const lookAtDiskEveryMs = 1_000

export interface LoadParts {
  readonly stagingDirectory: string
  readonly registry: MetricsRegistry
  readonly logger: Logger
  readonly usage: TenantUsage
}

/** Watches disk and event loop, and counts what runs. */
export async function openLoad(config: Config, parts: LoadParts, opened: AsyncDisposableStack): Promise<Load> {
  const { limits } = config
  const disk = await DiskWatch.start({
    directories: writtenTo(config, parts),
    minFreeBytes: limits.freeDiskBytes,
    timer: systemTimer,
    everyMs: lookAtDiskEveryMs,
  })
  opened.defer(() => disk.close())
  const eventLoopDelay = opened.adopt(new EventLoopDelay(), (delay) => delay.close())
  const memoryBytes = memoryCeiling(limits.memoryBytes)
  const pressure = new Pressure({
    limits: { memoryBytes, eventLoopDelayMs: limits.eventLoopDelayMs },
    residentBytes: () => process.memoryUsage.rss(),
    eventLoopDelay,
    disk,
  })
  const places = {
    ingest: new Places({ atOnce: limits.ingests, reserved: limits.reservedIngests }),
    expensive: new Places({ atOnce: limits.expensive, reserved: limits.reservedExpensive }),
  }
  tell(parts.registry, { memoryBytes, disk, places })
  const quota = limits.tenantBytes === undefined ? undefined : new TenantQuota(parts.usage, limits.tenantBytes)
  return { pressure, places, quota, rates: await openRates(config, parts, opened) }
}

async function openRates(
  { limits, redis: { url, cacheTimeoutMs } }: Config,
  { logger }: LoadParts,
  opened: AsyncDisposableStack,
): Promise<RequestRates | undefined> {
  if (!limits.rateLimit.enabled) return undefined
  const { RequestRates } = await import('../load/request-rates.ts')
  if (url === undefined) return new RequestRates(limits.rateLimit)
  const connection = await openRedis({ url, part: 'rates', timeoutMs: cacheTimeoutMs, logger })
  opened.adopt(connection, (rates) => rates.close())
  const { onRedis } = await import('../load/redis-request-rates.ts')
  return new RequestRates(limits.rateLimit, onRedis(connection))
}

function writtenTo({ dataDirectory, store, sqlite, cas }: Config, { stagingDirectory }: LoadParts): string[] {
  const directories = new Set([dataDirectory, stagingDirectory])
  if (store.driver === 'sqlite') directories.add(dirname(sqlite.path))
  if (cas.driver === 'filesystem') directories.add(cas.directory)
  return [...directories]
}

function tell(
  registry: MetricsRegistry,
  { memoryBytes, disk, places }: Pick<Load, 'places'> & { readonly memoryBytes: number; readonly disk: DiskWatch },
): void {
  addScrapedFigure(registry, {
    name: 'signals_memory_ceiling_bytes',
    help: 'What the process may hold: limits.memoryBytes, or what follows from its container.',
    read: () => memoryBytes,
  })
  addScrapedFigure(registry, {
    name: 'signals_disk_room_bytes',
    help: 'What may be written before evidence is refused, on the fullest file system.',
    read: () => disk.roomBytes,
  })
  addScrapedFigure(registry, {
    name: 'signals_ingests_running',
    help: 'Requests with evidence that are being taken in, in this process.',
    read: () => places.ingest.taken,
  })
  addScrapedFigure(registry, {
    name: 'signals_expensive_running',
    help: 'Questions, diffs, replays and downloads that are being answered, in this process.',
    read: () => places.expensive.taken,
  })
}

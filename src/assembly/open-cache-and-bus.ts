import type { Logger } from 'pino'
import type { Config } from '../config.ts'
import { DeadLetterTeller } from '../events/dead-letter-teller.ts'
import type { DeadLetter } from '../events/dead-letters.ts'
import type { EventPublisher } from '../events/event-publisher.ts'
import type { InProcessBus } from '../events/in-process-bus.ts'
import { RedisEventPublisher } from '../events/redis-event-publisher.ts'
import { RedisEventStream } from '../events/redis-event-stream.ts'
import type { Republish } from '../events/replay-events.ts'
import { blobAccess } from '../facts/blob-access.ts'
import type { FactCache, StoredFactDeps } from '../facts/fact-cache.ts'
import { MemoryFactCache } from '../facts/memory-fact-cache.ts'
import { RedisFactCache } from '../facts/redis-fact-cache.ts'
import type { StatusFigures } from '../http/status-routes.ts'
import type { Clock } from '../lib/clock.ts'
import { systemTimer } from '../lib/timer.ts'
import { openRedis, type RedisConnection } from '../redis/open-redis.ts'
import type { BusinessLog } from '../telemetry/business-events.ts'
import type { Stores } from './open-stores.ts'
import type { StoreCheck } from './records.ts'

/** What stands between the store and those who read facts and follow events. */
export interface CacheAndBus {
  readonly checks: readonly StoreCheck[]
  readonly backends: { readonly cache: string; readonly bus: string }
  readonly factCache: FactCache
  readonly publisher: EventPublisher
  readonly republish: Republish
  /** Of the bus, for operators. */
  readonly figures: () => Promise<StatusFigures>
  /** Calls `wake` whenever the bus can be reached again. */
  readonly onBusBack: (wake: () => void) => void
}

export interface CacheAndBusParts {
  readonly stores: Stores
  /** Wakes those who follow the event log in this process; without a broker it is the bus. */
  readonly bus: InProcessBus
  readonly business: BusinessLog
  readonly logger: Logger
  readonly clock: Clock
}

/** `context.ts`'s choice of cache and bus: on Redis where one is named, else in this process. */
export async function openCacheAndBus(
  config: Config,
  parts: CacheAndBusParts,
  opened: AsyncDisposableStack,
): Promise<CacheAndBus> {
  const { url, cacheTimeoutMs, publishTimeoutMs } = config.redis
  if (url === undefined) return inProcess(config, parts)
  const { logger } = parts
  const [cache, bus] = await Promise.all([
    openRedis({ url, part: 'cache', timeoutMs: cacheTimeoutMs, logger }),
    openRedis({ url, part: 'bus', timeoutMs: publishTimeoutMs, logger }),
  ])
  opened.adopt(cache, (connection) => connection.close())
  opened.adopt(bus, (connection) => connection.close())
  return onRedis(config, { ...parts, redis: { cache, bus } }, opened)
}

function inProcess({ cache }: Config, { stores, bus }: CacheAndBusParts): CacheAndBus {
  return {
    checks: [],
    backends: { cache: 'memory', bus: 'in-process' },
    factCache: new MemoryFactCache({ facts: stores.facts, ...blobsOf(stores), maxBytes: cache.factBytes }),
    publisher: bus,
    republish: async (event) => void (await bus.publish([event])),
    figures: async () => ({}),
    onBusBack: () => undefined,
  }
}

interface RedisParts extends CacheAndBusParts {
  readonly redis: { readonly cache: RedisConnection; readonly bus: RedisConnection }
}

function onRedis({ redis: settings }: Config, parts: RedisParts, opened: AsyncDisposableStack): CacheAndBus {
  const { stores, redis, bus, logger, clock } = parts
  const { factTtlMs, absentFactTtlMs, streamMaxLength, giveUpAfterMs } = settings
  const stream = new RedisEventStream(redis.bus, { maxLength: streamMaxLength })
  const teller = tellDeadLetters(parts, stream, opened)
  const { deadLetters, facts } = stores
  const onDead = (letter: DeadLetter): void => {
    parts.business.eventDeadLettered(membersOf(letter))
    teller.wake()
  }
  const publisher = new RedisEventPublisher({ stream, deadLetters, onDead, clock, giveUpAfterMs })
  return {
    // Both parts are one server: asking either tells.
    checks: [{ name: 'redis', isEssential: false, check: () => redis.bus.check() }],
    backends: { cache: 'redis', bus: 'redis-streams' },
    factCache: new RedisFactCache({
      facts,
      ...blobsOf(stores),
      redis: redis.cache,
      factTtlMs,
      absentTtlMs: absentFactTtlMs,
      logger,
    }),
    publisher: {
      publish: (events) => {
        // They are in the log already, whatever the broker says.
        bus.wake(events)
        return publisher.publish(events)
      },
    },
    republish: (event) => stream.add(event),
    figures: () => streamFigures(stream),
    onBusBack: (wake) => redis.bus.onReady(wake),
  }
}

function tellDeadLetters(
  { stores, redis, logger }: RedisParts,
  stream: RedisEventStream,
  opened: AsyncDisposableStack,
): DeadLetterTeller {
  const { deadLetters } = stores
  const tell = (letter: DeadLetter): Promise<void> => stream.addDeadLetter(letter)
  const teller = new DeadLetterTeller({ deadLetters, tell, logger, timer: systemTimer })
  redis.bus.onReady(() => teller.wake())
  // Another process may have died before it told.
  teller.wake()
  return opened.adopt(teller, (telling) => telling.close())
}

async function streamFigures(stream: RedisEventStream): Promise<StatusFigures> {
  const known = await stream.figures().catch(() => undefined)
  return {
    streamLength: known?.length ?? null,
    deadLetterStreamLength: known?.deadLetters ?? null,
    consumerLag: known?.consumerLag ?? null,
  }
}

function membersOf({ event, reason, attempts }: DeadLetter): Parameters<BusinessLog['eventDeadLettered']>[0] {
  const { tenant, subject_key: subjectKey, event_id: eventId, fact_version: factVersion } = event
  return { tenant, subjectKey, eventId, factVersion, reason, attempts }
}

function blobsOf(stores: Stores): Pick<StoredFactDeps, 'blobs'> {
  return { blobs: (tenant) => blobAccess(stores.content, tenant) }
}

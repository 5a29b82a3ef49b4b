import type { Config } from '../config.ts'
import { forgetRelayed } from '../erasure/forget-relayed.ts'
import type { FactUpdated } from '../events/fact-updated.ts'
import { OutboxRelay } from '../events/outbox-relay.ts'
import { tellingPublisher } from '../events/telling-publisher.ts'
import { blobAccess } from '../facts/blob-access.ts'
import { completeEvent } from '../facts/complete-event.ts'
import { versionsOf } from '../facts/fact-versions.ts'
import type { Tenant } from '../identifiers/tenant.ts'
import type { Clock } from '../lib/clock.ts'
import type { FailPoints } from '../lib/fail-points.ts'
import { systemTimer } from '../lib/timer.ts'
import type { BusinessLog } from '../telemetry/business-events.ts'
import type { Logger } from '../telemetry/logger.ts'
import { serviceVersion } from '../version.ts'
import type { CacheAndBus } from './open-cache-and-bus.ts'
import type { Stores } from './open-stores.ts'

export interface RelayParts {
  readonly stores: Stores
  readonly cacheAndBus: CacheAndBus
  readonly business: BusinessLog
  readonly failPoints: FailPoints
  readonly logger: Logger
  readonly clock: Clock
}

/** Brings events to log and bus until it is closed, and then once more. */
export function startRelay(config: Config, parts: RelayParts, opened: AsyncDisposableStack): OutboxRelay {
  const { stores, cacheAndBus, business, failPoints, logger, clock } = parts
  const blobs = (tenant: Tenant) => blobAccess(stores.content, tenant)
  const { producer, lookEveryMs } = config.events
  const relay = new OutboxRelay({
    outbox: stores.facts,
    log: stores.eventLog,
    publisher: tellingPublisher(cacheAndBus.publisher, tellRelayed(business)),
    complete: (entry, slim) =>
      completeEvent({ facts: stores.facts, blobs, producer, release: serviceVersion }, entry, slim),
    remember: (entries) => stores.versions.append(entries.flatMap(versionsOf)),
    forgetErased: (events) => forgetRelayed(stores, events),
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

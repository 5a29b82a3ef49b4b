import { join } from 'node:path'
import { SqliteCallgraphRepository } from '../callgraphs/sqlite-callgraph-repository.ts'
import type { CasStore } from '../cas/cas-store.ts'
import type { Content } from '../cas/content.ts'
import { countedCasStore } from '../cas/counted-cas-store.ts'
import { measuredCasStore } from '../cas/measured-cas-store.ts'
import { type ContentOptions, openContent } from '../cas/open-content.ts'
import type { Config } from '../config.ts'
import { SqliteErasures } from '../erasure/sqlite-erasures.ts'
import { SqliteDeadLetters } from '../events/sqlite-dead-letters.ts'
import { SqliteEventLog } from '../events/sqlite-event-log.ts'
import { SqliteEvidenceQueue } from '../evidence/sqlite-evidence-queue.ts'
import { SqliteFactRepository } from '../facts/sqlite-fact-repository.ts'
import { SqliteFactVersions } from '../facts/sqlite-fact-versions.ts'
import { SqliteInventory } from '../integrity/sqlite-inventory.ts'
import { systemClock } from '../lib/clock.ts'
import { TenantUsage } from '../load/tenant-usage.ts'
import { openSqlite } from '../sqlite/open-sqlite.ts'
import type { Measures } from '../telemetry/measures.ts'
import { SqliteUnionBundleRepository } from '../union-bundles/sqlite-union-bundle-repository.ts'
import type { OpenedRecords, Records, StoreCheck } from './records.ts'

/** Where everything durable is. */
export interface Stores extends Records {
  readonly checks: readonly StoreCheck[]
  readonly cas: CasStore
  /** What each tenant has of it. */
  readonly usage: TenantUsage
  readonly content: Content
  readonly contentOptions: ContentOptions
  /** Throws away what dead processes left half done. */
  readonly clearAbandoned: () => Promise<void>
}

/** `context.ts`'s choice of store and content driver, each named by its own key of the configuration. */
export async function openStores(config: Config, measures: Measures, opened: AsyncDisposableStack): Promise<Stores> {
  const { records, check } = await recordOpeners[config.store.driver](config, opened)
  const contentOptions = contentOptionsOf(config)
  const measured = (store: CasStore): CasStore => measuredCasStore(store, measures.casOperation)
  const usage = new TenantUsage({
    measure: (tenant) => cas.storedBytes(tenant),
    clock: systemClock,
    measureEveryMs: config.limits.tenantBytesEveryMs,
  })
  const {
    store: cas,
    content,
    clearAbandoned,
    close,
  } = await openContent(contentOptions, (store) => countedCasStore(measured(store), usage))
  opened.defer(close)
  return {
    ...records,
    checks: [check, { name: 'cas', isEssential: false, check: () => cas.check() }],
    cas,
    usage,
    content,
    contentOptions,
    clearAbandoned,
  }
}

function contentOptionsOf({ dataDirectory, cas }: Config): ContentOptions {
  const { driver, directory, s3 } = cas
  if (driver === 's3') return { driver, s3, stagingDirectory: join(dataDirectory, 'staging') }
  // A rename must not cross file systems; no tenant's name begins with a dot.
  return { driver, directory, stagingDirectory: join(directory, '.staging') }
}

type RecordOpener = (config: Config, opened: AsyncDisposableStack) => Promise<OpenedRecords>

const recordOpeners: Readonly<Record<Config['store']['driver'], RecordOpener>> = {
  sqlite: openSqliteRecords,
  // With its driver, which would hold up every start without one.
  mongo: async (config, opened) => (await import('./open-mongo-records.ts')).openMongoRecords(config, opened),
}

async function openSqliteRecords(config: Config, opened: AsyncDisposableStack): Promise<OpenedRecords> {
  const sqlite = opened.adopt(await openSqlite({ path: config.sqlite.path }), (connections) => connections.close())
  return {
    records: {
      queue: new SqliteEvidenceQueue(sqlite),
      callgraphs: new SqliteCallgraphRepository(sqlite),
      bundles: new SqliteUnionBundleRepository(sqlite),
      facts: new SqliteFactRepository(sqlite),
      versions: new SqliteFactVersions(sqlite),
      eventLog: new SqliteEventLog(sqlite),
      deadLetters: new SqliteDeadLetters(sqlite),
      inventory: new SqliteInventory(sqlite),
      erasures: new SqliteErasures(sqlite),
    },
    check: { name: 'store', isEssential: true, check: () => sqlite.check() },
  }
}

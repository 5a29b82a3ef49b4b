import type { Config } from '../../../src/config.ts'
import type { TestSettings } from '../build-app.ts'
import { inProcessPlace, newRedisPlace } from './bus-places.ts'
import { directoryPlace, newS3Place } from './content-places.ts'
import { embedded, type Mode } from './mode.ts'
import type { Servers } from './servers.ts'
import { newMongoPlace, sqlitePlace } from './store-places.ts'

/** Rows by table, or documents by collection. */
export type StoredRows = Readonly<Record<string, readonly unknown[]>>

/** What finds rows of a table: its columns in order. */
export interface StoredIndex {
  readonly table: string
  readonly name: string
  readonly columns: readonly string[]
}

/** What a server of the bus holds: by key a hash, or the entries of a stream. */
export type BusEntries = Readonly<Record<string, Readonly<Record<string, string>> | readonly StreamEntry[]>>

/** Fields by name. */
export type StreamEntry = Readonly<Record<string, string>>

/** Where one application keeps things of a kind, apart from every other application. */
export interface Place {
  readonly settings: TestSettings
  clear(): Promise<void>
}

export interface StorePlace extends Place {
  /** All of them, bookkeeping included. */
  rows(config: Config): Promise<StoredRows>
  indexes(config: Config): Promise<readonly StoredIndex[]>
  /** Makes a table that the service knows nothing of, with this row. */
  plant(config: Config, table: string, row: Readonly<Record<string, string>>): Promise<void>
}

export interface BusPlace extends Place {
  entries(): Promise<BusEntries>
}

export interface ContentPlace extends Place {
  /** Keys of content, and files that are staged. */
  files(config: Config): Promise<string[]>
}

export interface Places {
  readonly store: StorePlace
  readonly bus: BusPlace
  readonly content: ContentPlace
}

interface Environment {
  readonly mode: Mode
  readonly servers: Servers
}

let environment: Environment = { mode: embedded, servers: {} }

/** From now on every application of this process is opened in that mode; without it, in the embedded one. */
export function openAppsIn(chosen: Environment): void {
  environment = chosen
}

export async function newPlaces(): Promise<Places> {
  const { mode, servers } = environment
  const [store, bus, content] = await Promise.all([
    mode.store === 'mongo' ? newMongoPlace(started(servers.mongo).connectionString) : sqlitePlace,
    mode.bus === 'redis' ? newRedisPlace(started(servers.redis).url) : inProcessPlace,
    mode.cas === 's3' ? newS3Place(started(servers.s3)) : directoryPlace,
  ])
  return { store, bus, content }
}

function started<Server>(server: Server | undefined): Server {
  if (server === undefined) throw new Error('the mode needs a server that was not started')
  return server
}

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildApp as buildRealApp } from '../../src/app.ts'
import { loadConfig } from '../../src/config.ts'
import { type Context, type ContextOverrides, createContext } from '../../src/context.ts'
import type { HttpServer } from '../../src/http/route.ts'
import { createLogger } from '../../src/telemetry/logger.ts'
import { type BusEntries, newPlaces, type StoredIndex, type StoredRows } from './modes/place.ts'

/** Settings as a configuration file has them. */
export interface TestSettings {
  readonly [key: string]: TestSettings | string | number | boolean | readonly string[]
}

/** Everything that the service keeps: rows by table, and keys of the CAS with the files of its staging directory. */
export interface Stored {
  readonly rows: StoredRows
  readonly files: readonly string[]
}

/** Everything that rests anywhere, with what tells how it is found. */
export interface AtRest extends Stored {
  readonly indexes: readonly StoredIndex[]
  readonly bus: BusEntries
}

export interface LogLine {
  readonly level: string
  readonly msg: string
  readonly [member: string]: unknown
}

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly text: string
  readonly body: Record<string, unknown>
}

export interface Asked {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD' | 'OPTIONS'
  readonly body?: string | Buffer
  /** A list is a header that is sent more than once. */
  readonly headers?: Readonly<Record<string, string | string[]>>
  /** The address of whoever asks; 127.0.0.1 when absent. */
  readonly from?: string
}

/** The whole service in one process, on stores of its own: real configuration, real stores, real threads. */
export interface BuiltApp extends AsyncDisposable {
  readonly app: HttpServer
  readonly context: Context
  readonly log: readonly LogLine[]
  ask(url: string, asked?: Asked): Promise<Answer>
  /** Listens on a free port. */
  listen(): Promise<{ readonly url: string; readonly port: number }>
  /** Asked before and after a refused request, it shows whether anything was left behind. */
  stored(): Promise<Stored>
  /** The same with leases, bookkeeping, indexes, and what cache and bus hold. */
  atRest(): Promise<AtRest>
  /** Makes a table that the service knows nothing of, with this row. */
  plant(table: string, row: Readonly<Record<string, string>>): Promise<void>
  /** Resolves when nothing is left to be folded or relayed. */
  settled(): Promise<void>
}

export async function openApp(
  settings: TestSettings = {},
  overrides: Pick<ContextOverrides, 'clock' | 'newId'> = {},
): Promise<BuiltApp> {
  const directory = await mkdtemp(join(tmpdir(), 'signals-app-'))
  const { store, bus, content } = await newPlaces()
  const places = { ...store.settings, ...bus.settings, ...content.settings }
  const config = loadConfig({
    argv: ['--config', 'test'],
    env: {},
    readFile: () => JSON.stringify({ ...sharingOurLoop(settings), ...places, dataDirectory: directory }),
  })
  const log: LogLine[] = []
  const destination = { write: (line: string) => void log.push(JSON.parse(line) as LogLine) }
  const context = await createContext(config, {
    ...overrides,
    logger: createLogger({ level: 'info', version: 'test', destination }),
  })
  const app = await buildRealApp(context)
  const settled = async (): Promise<void> => {
    await context.folding.settled()
    await context.relay.idle()
  }
  return {
    app,
    context,
    log,
    ask: (url, asked) => ask(app, url, asked),
    async listen() {
      const url = await app.listen({ host: '127.0.0.1', port: 0 })
      return { url, port: Number(new URL(url).port) }
    },
    async stored() {
      // A fold that rests from the one before would be a difference that no request made.
      await settled()
      return { rows: lasting(await store.rows(config)), files: await content.files(config) }
    },
    async atRest() {
      const [rows, files] = [await store.rows(config), await content.files(config)]
      return { rows, files, indexes: await store.indexes(config), bus: await bus.entries() }
    },
    plant: (table, row) => store.plant(config, table, row),
    settled,
    async [Symbol.asyncDispose]() {
      await app.close()
      await context.close()
      await Promise.all([store, bus, content].map((place) => place.clear()))
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** Leases come and go with folds, and say nothing of what was sent. */
const passing = new Set(['fold_leases', 'foldLeases', 'sqlite_sequence'])

function lasting(rows: StoredRows): StoredRows {
  return Object.fromEntries(Object.entries(rows).filter(([table]) => !passing.has(table)))
}

/** What a test does itself holds up the event loop as well: that must not refuse what it asks. */
function sharingOurLoop(settings: TestSettings): TestSettings {
  const { limits = {} } = settings
  return isSection(limits) ? { ...settings, limits: { eventLoopDelayMs: 60_000, ...limits } } : settings
}

function isSection(setting: TestSettings[string]): setting is TestSettings {
  return typeof setting === 'object' && !Array.isArray(setting)
}

async function ask(app: HttpServer, url: string, { method, body, headers = {}, from }: Asked = {}): Promise<Answer> {
  const response = await app.inject({
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    url,
    headers: { ...headers },
    ...(from !== undefined && { remoteAddress: from }),
    ...(body !== undefined && { payload: body }),
  })
  const type = String(response.headers['content-type'])
  // A part of a document is none.
  const isJson = /json\b/.test(type) && !/ndjson/.test(type) && response.statusCode !== 206
  return {
    status: response.statusCode,
    headers: response.headers,
    text: response.body,
    body: isJson && response.body !== '' ? response.json<Record<string, unknown>>() : {},
  }
}

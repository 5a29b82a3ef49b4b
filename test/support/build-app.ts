import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { buildApp as buildRealApp } from '../../src/app.ts'
import { loadConfig } from '../../src/config.ts'
import { type Context, type ContextOverrides, createContext } from '../../src/context.ts'
import type { HttpServer } from '../../src/http/route.ts'
import { createLogger } from '../../src/telemetry/logger.ts'

/** Settings as a configuration file has them. */
export interface TestSettings {
  readonly [key: string]: TestSettings | string | number | boolean | readonly string[]
}

/** Everything that the service keeps: rows by table, and files of the CAS with its staging directory. */
export interface Stored {
  readonly rows: Readonly<Record<string, readonly unknown[]>>
  readonly files: readonly string[]
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
  readonly headers?: Readonly<Record<string, string>>
}

/** The whole service in one process, on a directory of its own: real configuration, real stores, real threads. */
export interface BuiltApp extends AsyncDisposable {
  readonly app: HttpServer
  readonly context: Context
  readonly log: readonly LogLine[]
  ask(url: string, asked?: Asked): Promise<Answer>
  /** Listens on a free port. */
  listen(): Promise<{ readonly url: string; readonly port: number }>
  /** Asked before and after a refused request, it shows whether anything was left behind. */
  stored(): Promise<Stored>
  /** Resolves when nothing is left to be folded or relayed. */
  settled(): Promise<void>
}

export async function openApp(
  settings: TestSettings = {},
  overrides: Pick<ContextOverrides, 'clock'> = {},
): Promise<BuiltApp> {
  const directory = await mkdtemp(join(tmpdir(), 'signals-app-'))
  const config = loadConfig({
    argv: ['--config', 'test'],
    env: {},
    readFile: () => JSON.stringify({ ...settings, dataDirectory: directory }),
  })
  const log: LogLine[] = []
  const destination = { write: (line: string) => void log.push(JSON.parse(line) as LogLine) }
  const context = await createContext(config, {
    ...overrides,
    logger: createLogger({ level: 'info', version: 'test', destination }),
  })
  const app = await buildRealApp(context)
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
      return { rows: rowsOf(config.sqlite.path), files: await filesBelow(config.cas.directory) }
    },
    async settled() {
      await context.folding.idle()
      await context.relay.idle()
    },
    async [Symbol.asyncDispose]() {
      await app.close()
      await context.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

async function ask(app: HttpServer, url: string, { method, body, headers = {} }: Asked = {}): Promise<Answer> {
  const response = await app.inject({
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    url,
    headers: { ...headers },
    ...(body !== undefined && { payload: body }),
  })
  const isJson =
    /json\b/.test(String(response.headers['content-type'])) && !/ndjson/.test(String(response.headers['content-type']))
  return {
    status: response.statusCode,
    headers: response.headers,
    text: response.body,
    body: isJson && response.body !== '' ? response.json<Record<string, unknown>>() : {},
  }
}

/** Leases come and go with folds, and say nothing of what was sent. */
const passingTables = ['fold_leases', 'sqlite_sequence']

function rowsOf(path: string): Stored['rows'] {
  const database = new DatabaseSync(path, { readOnly: true })
  try {
    const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").all()
    const names = tables.map(({ name }) => String(name)).filter((name) => !passingTables.includes(name))
    return Object.fromEntries(names.map((name) => [name, database.prepare(`SELECT * FROM ${name}`).all()]))
  } finally {
    database.close()
  }
}

async function filesBelow(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  return files.map(({ parentPath, name }) => join(parentPath, name).slice(directory.length + 1)).sort()
}

import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { parse } from 'yaml'
import { z } from 'zod'
import { casSettings } from './cas/cas-settings.ts'
import { failPointNames } from './lib/fail-points.ts'
import { isProtectedDirectory } from './lib/protected-directory.ts'
import { environmentName, listSettings } from './lib/settings.ts'
import { isTree, mergeSettings, type SettingsTree, settingsFromEnvironment } from './lib/settings-environment.ts'
import { defaultScoringOptions, profileNames } from './scoring/profile.ts'

const mebibyte = 1024 * 1024
const { weights, confidence, unknownsPenaltyCeiling, contestUnobserved } = defaultScoringOptions

const count = (fallback: number, description: string) => z.int().min(1).default(fallback).describe(description)
const duration = (fallback: number, description: string) => z.int().min(1).default(fallback).describe(description)
const share = (fallback: number, description: string) =>
  z.number().min(0).max(1).default(fallback).describe(description)
const port = z.int().min(0).max(65535)

/** Every key of the configuration, in the order of its reference page. */
export const settingsSchema = z.strictObject({
  dataDirectory: z
    .string()
    .min(1)
    .default('./data')
    .describe('SQLite file and CAS live here unless named apart. Not the root, a home or a system directory.'),
  http: z
    .strictObject({
      host: z.string().min(1).default('127.0.0.1').describe('Address to listen on.'),
      port: port.default(8080).describe('0: any free one, told in the log line "listening".'),
      publicUrl: z
        .url({ protocol: /^https?$/ })
        .optional()
        .describe('What clients see. The listening URL when absent.'),
      shutdownGraceMs: duration(10_000, 'How long requests and folds may take to end after a signal to stop.'),
      requestTimeoutMs: duration(600_000, 'How long a client may take to send a request.'),
      checkTimeoutMs: duration(2_000, 'How long a dependency may take to answer /readyz before it counts as down.'),
    })
    .prefault({}),
  auth: z
    .strictObject({
      mode: z.enum(['off']).default('off').describe('Off: the tenant is the header X-Stella-Tenant, or default.'),
      allowOpenNetwork: z
        .boolean()
        .default(false)
        .describe('Start with authentication off on an address that is not loopback. Whoever reaches it may do all.'),
    })
    .prefault({}),
  store: z
    .strictObject({ driver: z.enum(['sqlite', 'mongo']).default('sqlite').describe('Where facts and evidence rest.') })
    .prefault({}),
  sqlite: z
    .strictObject({
      path: z.string().min(1).optional().describe('The file. signals.db in the data directory when absent.'),
    })
    .prefault({}),
  mongo: z
    .strictObject({
      connectionString: z
        .string()
        .regex(/^mongodb(\+srv)?:\/\//, 'begins with mongodb:// or mongodb+srv://')
        .optional()
        .describe('Of one server or of a replica set. Needed when it is the store; may hold a password.'),
      database: z
        .string()
        .regex(/^[\w-]{1,38}$/, 'letters, digits, - and _, at most 38')
        .default('signals')
        .describe('The database; its collections and indexes are made at the start.'),
      serverSelectionTimeoutMs: duration(2_000, 'How long to look for a server before a request is refused.'),
      operationTimeoutMs: duration(10_000, 'How long a server may take to answer, or a majority to confirm.'),
    })
    .prefault({}),
  redis: z
    .strictObject({
      url: z
        .url({ protocol: /^rediss?$/ })
        .refine(isDecodable, 'has an escape that stands for nothing')
        .optional()
        .describe('Cache and event bus on Redis or Valkey; both in this process when absent. May hold a password.'),
      cacheTimeoutMs: duration(250, 'How long the cache may take to answer before the store is read instead.'),
      publishTimeoutMs: duration(2_000, 'How long the bus may take to answer before it counts as not reached.'),
      factTtlMs: duration(600_000, 'How long a fact is cached there.'),
      absentFactTtlMs: duration(2_000, 'How long it is remembered there that a subject has no fact.'),
      streamMaxLength: count(100_000, 'About how many of the latest entries each stream keeps.'),
      giveUpAfterMs: duration(300_000, 'How long a refused event is published again before it is a dead letter.'),
    })
    .prefault({}),
  cas: casSettings,
  cache: z
    .strictObject({
      factBytes: count(128 * mebibyte, 'Facts kept in memory, in bytes.'),
      graphIndexBytes: count(512 * mebibyte, 'Indexed graphs kept in memory, in bytes.'),
    })
    .prefault({}),
  events: z
    .strictObject({
      producer: z.string().min(1).default('StellaOps.Signals').describe('The producer that events name.'),
      lookEveryMs: duration(1_000, 'How often a follower looks for events of other processes.'),
      heartbeatMs: duration(15_000, 'How often a quiet event stream says that it lives.'),
      maxStreamsPerTenant: count(100, 'Event streams that a tenant may follow at once.'),
    })
    .prefault({}),
  scoring: z
    .strictObject({
      profile: z.enum(profileNames).default('signals-v1').describe('The way of scoring. It is part of every fact.'),
      weights: z
        .strictObject({
          unreachable: share(weights.unreachable, 'No path.'),
          entrypoint: share(weights.entrypoint, 'The target is an entry point.'),
          runtime: z
            .number()
            .min(0)
            .max(1)
            .optional()
            .describe('A runtime hit on the path. When absent 0.45, with monotone-v1 0.95.'),
          direct: share(weights.direct, 'A path of at most two nodes.'),
          unknown: share(weights.unknown, 'Reachable otherwise.'),
        })
        .prefault({}),
      confidence: z
        .strictObject({
          reachable: share(confidence.reachable, 'With a path.'),
          unreachable: share(confidence.unreachable, 'Without one.'),
          runtimeBonus: share(confidence.runtimeBonus, 'Added when there are runtime hits on the path or the target.'),
          minimum: share(confidence.minimum, 'Never less.'),
          maximum: share(confidence.maximum, 'Never more.'),
        })
        .prefault({}),
      unknownsPenaltyCeiling: share(unknownsPenaltyCeiling, 'What unknowns can take from a score at the most.'),
      contestUnobserved: z
        .boolean()
        .default(contestUnobserved)
        .describe('A reachable target that a whole observation window never saw is contested.'),
    })
    .prefault({}),
  limits: z
    .strictObject({
      jsonBodyBytes: count(64 * mebibyte, 'A JSON body, inflated. Beyond it 413.'),
      rawBodyBytes: count(1024 * mebibyte, 'A raw graph or NDJSON body, inflated. Beyond it 413.'),
      lineBytes: count(mebibyte, 'One NDJSON line. Beyond it the line is refused.'),
      nestingDepth: count(64, 'Arrays and objects within one another. Beyond it 400, or the line is refused.'),
      graphNodes: count(2_000_000, 'Nodes of a graph. Beyond it 413.'),
      graphEdges: count(10_000_000, 'Edges of a graph. Beyond it 413.'),
      batchSymbols: count(1_000_000, 'Distinct symbols of a batch. Beyond it 413.'),
      subjectSymbols: count(1_000_000, 'Distinct symbols of a subject. Beyond it 409.'),
      requestTargets: count(10_000, 'Targets of a request. Beyond it 400.'),
      subjectTargets: count(100_000, 'Targets of a subject. Beyond it 409.'),
      requestUnknowns: count(10_000, 'Unknowns of a request. Beyond it 400.'),
      uploadsPerCore: count(2, 'Uploads of more than 1 MiB at once, for each core. Beyond it 503.'),
      queuedFolds: count(10_000, 'Folds that wait. Beyond it 503.'),
      unrelayedEvents: count(500, 'Events of a subject that wait for the relay. Beyond it its folds wait.'),
    })
    .prefault({}),
  telemetry: z
    .strictObject({
      logLevel: z
        .enum(['debug', 'info', 'warn', 'error', 'silent'])
        .default('info')
        .describe('The least that is logged. The line "listening" always is.'),
      metrics: z
        .strictObject({
          host: z.string().min(1).default('127.0.0.1').describe('Address of the listener of /metrics.'),
          port: z
            .union([port, z.literal('off')])
            .default(9464)
            .describe('0: any free one.'),
        })
        .prefault({}),
    })
    .prefault({}),
  testing: z
    .strictObject({ failPoints: z.array(z.enum(failPointNames)).default([]).describe('Where the process dies.') })
    .prefault({}),
})

type Settings = z.output<typeof settingsSchema>

type Frozen<Value> = Value extends object ? { readonly [Key in keyof Value]: Frozen<Value[Key]> } : Value

/** The checked configuration, frozen, with absolute paths and nothing left to be decided. */
export type Config = Frozen<
  Omit<Settings, 'sqlite' | 'mongo' | 'cas'> & {
    sqlite: { path: string }
    mongo: Settings['mongo'] & { connectionString: string }
    cas: Settings['cas'] & { directory: string; s3: { bucket: string } }
  }
>

export interface ConfigSources {
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly readFile: (path: string) => string
}

/** Everything that is wrong with a configuration, at once: one line each. */
export class ConfigError extends Error {
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(`the configuration is not usable:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`)
    this.name = 'ConfigError'
    this.problems = problems
  }
}

export function processSources(): ConfigSources {
  return { argv: process.argv.slice(2), env: process.env, readFile: (path) => readFileSync(path, 'utf8') }
}

export const environmentPrefix = 'SIGNALS'

/** The file that `--config` or SIGNALS_CONFIG names, overridden by the environment, checked as one. Pure but for `readFile`. */
export function loadConfig(sources: ConfigSources): Config {
  const file = settingsOfFile(sources)
  const environment = settingsFromEnvironment(listSettings(settingsSchema), {
    prefix: environmentPrefix,
    variables: sources.env,
  })
  const merged = mergeSettings(file.values, environment.values)
  const checked = settingsSchema.safeParse(merged)
  const problems = [
    ...file.problems,
    ...environment.unknownNames.map((name) => `${name} is not a variable of Signals`),
    ...(checked.success ? [] : checked.error.issues.map(problemOf)),
    ...directoryProblems(merged, sources.env['HOME']),
    ...storeDriverProblems(merged),
    ...openNetworkProblems(merged),
  ]
  if (!checked.success || problems.length > 0) throw new ConfigError(problems)
  return freeze(settled(checked.data))
}

function settingsOfFile({ argv, env, readFile }: ConfigSources): { values: SettingsTree; problems: string[] } {
  try {
    const { values } = parseArgs({ args: [...argv], options: { config: { type: 'string' } } })
    const path = values.config ?? env['SIGNALS_CONFIG']
    if (path === undefined || path === '') return { values: {}, problems: [] }
    const document: unknown = parse(readFile(path)) ?? {}
    if (isTree(document)) return { values: document, problems: [] }
    return { values: {}, problems: [`${path} holds no keys`] }
  } catch (error) {
    return { values: {}, problems: [error instanceof Error ? error.message : String(error)] }
  }
}

function problemOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => `${[...issue.path, key].join('.')} is not a key of the configuration`).join('; ')
  }
  const path = issue.path.map(String)
  return `${path.join('.')} (${environmentName(environmentPrefix, path)}): ${issue.message}`
}

/** Looked for beside the schema's own findings, so that one start tells them all. */
function directoryProblems(merged: SettingsTree, home: string | undefined): string[] {
  const named: readonly [string, unknown][] = [
    ['dataDirectory', merged['dataDirectory']],
    ['cas.directory', isTree(merged['cas']) ? merged['cas']['directory'] : undefined],
  ]
  return named.flatMap(([key, path]) =>
    typeof path === 'string' && path !== '' && isProtectedDirectory(path, home)
      ? [`${key}: ${path} is the root, a home or a system directory`]
      : [],
  )
}

function storeDriverProblems({ store, mongo }: SettingsTree): string[] {
  const isMongo = isTree(store) && store['driver'] === 'mongo'
  const isNamed = isTree(mongo) && mongo['connectionString'] !== undefined
  return isMongo && !isNamed ? ['mongo.connectionString is needed when store.driver is mongo'] : []
}

/** Without authentication, whoever reaches the address may do everything: that must have been said. */
function openNetworkProblems({ http, auth }: SettingsTree): string[] {
  const host = isTree(http) ? http['host'] : undefined
  const isAllowed = isTree(auth) && auth['allowOpenNetwork'] === true
  if (isAllowed || typeof host !== 'string' || host === '' || isLoopback(host)) return []
  return [`http.host: ${host} is not loopback, and authentication is off; auth.allowOpenNetwork: true allows it`]
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}

function settled(settings: Settings): Config {
  const dataDirectory = resolve(settings.dataDirectory)
  return {
    ...settings,
    dataDirectory,
    sqlite: { path: resolve(settings.sqlite.path ?? join(dataDirectory, 'signals.db')) },
    // Checked to be there where it is used.
    mongo: { ...settings.mongo, connectionString: settings.mongo.connectionString ?? '' },
    cas: {
      ...settings.cas,
      directory: resolve(settings.cas.directory ?? join(dataDirectory, 'cas')),
      // The schema demands a bucket wherever one is used.
      s3: { ...settings.cas.s3, bucket: settings.cas.s3.bucket ?? '' },
    },
  }
}

/** A password with a % that begins no escape would be refused only by the client, in the middle of the start. */
function isDecodable(url: string): boolean {
  try {
    decodeURIComponent(url)
    return true
  } catch {
    return false
  }
}

function freeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) {
    for (const member of Object.values(value)) freeze(member)
    Object.freeze(value)
  }
  return value
}

import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { parse } from 'yaml'
import type { z } from 'zod'
import { isKeySetUrl } from './auth/auth-settings.ts'
import { isProtectedDirectory } from './lib/protected-directory.ts'
import { environmentName, listSettings } from './lib/settings.ts'
import { isTree, mergeSettings, type SettingsTree, settingsFromEnvironment } from './lib/settings-environment.ts'
import { passwordsOf } from './lib/url-password.ts'
import { settingsSchema } from './settings-schema.ts'

type Settings = z.output<typeof settingsSchema>

type Frozen<Value> = Value extends object ? { readonly [Key in keyof Value]: Frozen<Value[Key]> } : Value

/** The checked configuration, frozen, with absolute paths and nothing left to be decided. */
export type Config = Frozen<
  Omit<Settings, 'limits' | 'auth' | 'airGap' | 'sqlite' | 'mongo' | 'cas'> & {
    auth: Settings['auth'] & { issuer: string; audience: string; jwks: string }
    airGap: { sealedMode: Settings['airGap']['sealedMode'] & { evidencePath: string } }
    limits: Settings['limits'] & { rateLimit: { enabled: boolean } }
    sqlite: { path: string }
    mongo: Settings['mongo'] & { connectionString: string }
    cas: Settings['cas'] & { directory: string; s3: { bucket: string } }
    /** What stands in it, and in the environment, that may be written nowhere. */
    secrets: readonly string[]
  }
>

/** `embedded`: no server beside it. `distributed`: all of it on servers. Anything between is a mix. */
export function modeOf({ store, redis, cas }: Config): 'embedded' | 'distributed' | 'mixed' {
  const onServers = [store.driver === 'mongo', redis.url !== undefined, cas.driver === 's3']
  if (onServers.every((isOnServer) => isOnServer)) return 'distributed'
  return onServers.some((isOnServer) => isOnServer) ? 'mixed' : 'embedded'
}

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
    ...sealedModeProblems(merged, sources.env),
    ...tlsProblems(merged, sources.readFile),
  ]
  if (!checked.success || problems.length > 0) throw new ConfigError(problems)
  return freeze({ ...settled(checked.data), secrets: secretsOf(checked.data, sources.env) })
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
    // Behind the first line YAML's errors quote the file, and whatever password stands near the mistake.
    const [problem = ''] = (error instanceof Error ? error.message : String(error)).split('\n', 1)
    return { values: {}, problems: [problem] }
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
  const isAllowed = isTree(auth) && (auth['mode'] === 'jwt' || auth['allowOpenNetwork'] === true)
  if (isAllowed || typeof host !== 'string' || host === '' || isLoopback(host)) return []
  return [`http.host: ${host} is not loopback, and authentication is off; auth.allowOpenNetwork: true allows it`]
}

/** Behind an air gap nothing is asked but store, bus and CAS: what would ask others must not be configured. */
function sealedModeProblems({ airGap, auth, cas }: SettingsTree, env: ConfigSources['env']): string[] {
  const sealedMode = isTree(airGap) ? airGap['sealedMode'] : undefined
  if (!isTree(sealedMode) || sealedMode['enforcementEnabled'] !== true) return []
  const asksIssuer = isTree(auth) && auth['mode'] === 'jwt' && isKeySetUrl(String(auth['jwks']))
  const hasKeys = env['AWS_ACCESS_KEY_ID'] && env['AWS_SECRET_ACCESS_KEY'] && !env['AWS_PROFILE']
  const asksForKeys = isTree(cas) && cas['driver'] === 's3' && !hasKeys
  return [
    ...(asksIssuer ? ['auth.jwks: in sealed mode the key set is a file, for no issuer can be asked'] : []),
    ...(asksForKeys
      ? ['cas.s3: in sealed mode AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY hold the keys, without AWS_PROFILE']
      : []),
  ]
}

function tlsProblems({ http }: SettingsTree, readFile: ConfigSources['readFile']): string[] {
  const tls = isTree(http) && isTree(http['tls']) ? http['tls'] : {}
  return ['certFile', 'keyFile', 'clientCaFile'].flatMap((key) => {
    const path = tls[key]
    if (typeof path !== 'string' || path === '') return []
    try {
      readFile(path)
      return []
    } catch (error) {
      return [`http.tls.${key}: ${error instanceof Error ? error.message : String(error)}`]
    }
  })
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}

function settled(settings: Settings): Omit<Config, 'secrets'> {
  const dataDirectory = resolve(settings.dataDirectory)
  return {
    ...settings,
    dataDirectory,
    auth: settledAuth(settings.auth),
    airGap: { sealedMode: settledSealedMode(settings.airGap.sealedMode) },
    limits: settledLimits(settings),
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

/** Also of what is configured and not used: it is somebody's password all the same. */
function secretsOf({ mongo, redis, auth }: Settings, env: ConfigSources['env']): string[] {
  const urls = [mongo.connectionString, redis.url].flatMap((url = '') => passwordsOf(url))
  const keys = [auth.dpop.nonceSecret, env['AWS_SECRET_ACCESS_KEY'], env['AWS_SESSION_TOKEN']]
  return [...urls, ...keys.filter((key) => key !== undefined)]
}

/** Without tokens nobody says whose a request is, and a header that anybody may write would be what is counted. */
function settledLimits({ limits, auth }: Settings): Settings['limits'] & { rateLimit: { enabled: boolean } } {
  const { rateLimit } = limits
  return { ...limits, rateLimit: { ...rateLimit, enabled: rateLimit.enabled ?? auth.mode === 'jwt' } }
}

/** The schema demands them wherever tokens are checked. */
function settledAuth(auth: Settings['auth']): Settings['auth'] & { issuer: string; audience: string; jwks: string } {
  const { issuer = '', audience = '', jwks = '' } = auth
  return { ...auth, issuer, audience, jwks }
}

type SealedModeSettings = Settings['airGap']['sealedMode']

/** The schema demands a path wherever evidence is enforced. */
function settledSealedMode(sealedMode: SealedModeSettings): SealedModeSettings & { evidencePath: string } {
  return { ...sealedMode, evidencePath: resolve(sealedMode.evidencePath ?? '') }
}

function freeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) {
    for (const member of Object.values(value)) freeze(member)
    Object.freeze(value)
  }
  return value
}

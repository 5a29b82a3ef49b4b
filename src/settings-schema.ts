import { z } from 'zod'
import { authSettings } from './auth/auth-settings.ts'
import { airGapSettings } from './auth/sealed-mode-settings.ts'
import { casSettings } from './cas/cas-settings.ts'
import { tlsSettings } from './http/tls.ts'
import { failPointNames } from './lib/fail-points.ts'
import { limitSettings } from './load/limit-settings.ts'
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
      corsOrigins: z
        .array(z.string().refine(isOrigin, 'is an origin: http:// or https://, a host, and a port where there is one'))
        .default([])
        .describe('Origins whose scripts may read answers in a browser, such as https://ui.example. None by default.'),
      tls: tlsSettings,
      shutdownGraceMs: duration(10_000, 'How long requests and folds may take to end after a signal to stop.'),
      headersTimeoutMs: duration(30_000, 'How long a client may take to send the head of a request. Beyond it 408.'),
      requestTimeoutMs: duration(600_000, 'How long a client may take to send a request. Beyond it 408.'),
      idleTimeoutMs: duration(72_000, 'How long a connection stays open between two requests.'),
      bodyBytesPerSecond: count(500, 'What a body has to bring, on average over the time that it was waited for.'),
      bodyGraceMs: duration(30_000, 'How long it may be waited for besides. Beyond it 408.'),
      checkTimeoutMs: duration(2_000, 'How long a dependency may take to answer /readyz before it counts as down.'),
    })
    .prefault({}),
  auth: authSettings,
  airGap: airGapSettings,
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
      replayTimeoutMs: duration(1_000, 'How long it may take to tell whether a proof of possession was used before.'),
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
  limits: limitSettings,
  erasure: z
    .strictObject({
      contentGraceMs: duration(
        600_000,
        'How long ago content must have been put before an erasure removes what other subjects could hold as well.',
      ),
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

/** A password with a % that begins no escape would be refused only by the client, in the middle of the start. */
function isDecodable(url: string): boolean {
  try {
    decodeURIComponent(url)
    return true
  } catch {
    return false
  }
}

/** RFC 6454, 6.2: what a browser sends. `*` is none: it would let every page that somebody opens read on their behalf. */
function isOrigin(text: string): boolean {
  return /^https?:\/\//.test(text) && URL.canParse(text) && new URL(text).origin === text
}

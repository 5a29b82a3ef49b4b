import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import { isDigest } from '../identifiers/digest.ts'
import type { Tenant } from '../identifiers/tenant.ts'
import { SingleFlight } from '../lib/single-flight.ts'
import { lookScript, markScript, putScript } from '../redis/fact-entry-scripts.ts'
import type { RedisConnection } from '../redis/open-redis.ts'
import { RedisFailure } from '../redis/redis-failure.ts'
import { factCacheKey } from '../redis/redis-keys.ts'
import { TurnOfReads } from '../redis/turn-of-reads.ts'
import {
  type CacheFigures,
  type FactCache,
  type ReadFact,
  readStoredFact,
  type SavedSubject,
  type StoredFactDeps,
} from './fact-cache.ts'
import { packFact, unpackFact } from './packed-fact.ts'
import { factETag, type PresentedFact } from './present-fact.ts'

export interface RedisFactCacheDeps extends StoredFactDeps {
  readonly redis: RedisConnection
  readonly factTtlMs: number
  /** How long it is remembered that there is no fact. */
  readonly absentTtlMs: number
  readonly logger: Pick<Logger, 'warn'>
}

/** `missed`: `reader` may put what it reads, if named. What is read must be as new as `marked`. */
type Look =
  | { readonly kind: 'hit'; readonly fact: PresentedFact | undefined }
  | { readonly kind: 'missed'; readonly marked: string; readonly reader?: string }

// Longer than any store read takes; a reader that dies keeps others from putting for so long, not from reading.
const maxReadingMs = 10_000
// What is larger would hold up a server that does one thing at a time.
const maxEntryBytes = 2 * 1024 * 1024

/**
 * Facts as bytes, shared by all replicas. Stale for at most as long as it takes until a change is marked; never put back
 * by a slow reader; when the server is away, reads go to the store.
 */
export class RedisFactCache implements FactCache {
  readonly #deps: RedisFactCacheDeps
  readonly #reading = new SingleFlight<ReadFact>()
  readonly #held: TurnOfReads
  #hits = 0
  #misses = 0

  constructor(deps: RedisFactCacheDeps) {
    this.#deps = deps
    this.#held = new TurnOfReads(deps.redis, ['bytes', 'version', 'digest'])
  }

  async read(tenant: Tenant, subjectKey: string): Promise<PresentedFact | undefined> {
    const look = await this.#look(tenant, subjectKey)
    if (look.kind === 'hit') {
      this.#hits += 1
      return look.fact
    }
    this.#misses += 1
    // Who knows of a change must not join a reading that began before it.
    const flight = `${tenant}\0${subjectKey}\0${look.marked}`
    const read = await this.#reading.run(flight, () => readStoredFact(this.#deps, tenant, subjectKey))
    if (look.reader !== undefined) await this.#put(factCacheKey(tenant, subjectKey), look.reader, read)
    return read.fact
  }

  async mark({ tenant, subjectKey, revision }: SavedSubject): Promise<void> {
    const key = factCacheKey(tenant, subjectKey)
    try {
      await this.#deps.redis.run((client) => client.eval(markScript, 1, key, revision, maxReadingMs))
    } catch (error) {
      if (!(error instanceof RedisFailure) || error.kind === 'unreachable') throw error
      // A server that takes no writes serves what it has until its time is over; asking again would not help.
      this.#deps.logger.warn({ tenant, subjectKey, reason: error.message }, 'a cached fact could not be marked')
    }
  }

  figures(): CacheFigures {
    return { hits: this.#hits, misses: this.#misses }
  }

  async #look(tenant: Tenant, subjectKey: string): Promise<Look> {
    const key = factCacheKey(tenant, subjectKey)
    const held = await orUndefined(this.#held.read(key))
    // Who got no answer does not ask again.
    if (held === undefined) return { kind: 'missed', marked: '' }
    const [bytes, version, digest] = held
    if (!bytes) return await this.#lookToRead(subjectKey, key)
    return await hitOf(subjectKey, bytes, { version: Number(version), digest: String(digest) })
  }

  /** Finds what was put meanwhile, or takes the right to put what is read. */
  async #lookToRead(subjectKey: string, key: string): Promise<Look> {
    const reader = randomUUID()
    const reply = await orUndefined(
      this.#deps.redis.run((client) => client.callBuffer('EVAL', lookScript, 1, key, reader, maxReadingMs)),
    )
    const [bytes, second, third] = Array.isArray(reply) ? reply : []
    if (Buffer.isBuffer(bytes)) {
      return await hitOf(subjectKey, bytes, { version: Number(second), digest: String(third) })
    }
    return { kind: 'missed', marked: Buffer.isBuffer(third) ? String(third) : '', ...(second === 1 && { reader }) }
  }

  /** What cannot be put is read again. */
  async #put(key: string, reader: string, { revision, fact }: ReadFact): Promise<void> {
    const { redis, factTtlMs, absentTtlMs } = this.#deps
    const bytes = fact ? await packFact(fact.bytes) : Buffer.alloc(0)
    if (bytes.byteLength > maxEntryBytes) return
    const entry = fact ? [fact.version, fact.digest, bytes, factTtlMs] : [absentVersion, '', bytes, absentTtlMs]
    await orUndefined(redis.run((client) => client.eval(putScript, 1, key, reader, revision, ...entry)))
  }
}

const absentVersion = 0

async function hitOf(
  subjectKey: string,
  packed: Buffer,
  { version, digest }: { readonly version: number; readonly digest: string },
): Promise<Look> {
  if (version === absentVersion || !isDigest(digest)) return { kind: 'hit', fact: undefined }
  const bytes = await unpackFact(packed).catch(() => undefined)
  // What cannot be read any more is read from the store.
  if (!bytes) return { kind: 'missed', marked: '' }
  return { kind: 'hit', fact: { subjectKey, version, digest, etag: factETag({ version, digest }), bytes } }
}

/** A cache that is away, or does not answer in its time, is a cache that knows nothing. */
async function orUndefined<Reply>(asked: Promise<Reply>): Promise<Reply | undefined> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof RedisFailure) return undefined
    throw error
  }
}

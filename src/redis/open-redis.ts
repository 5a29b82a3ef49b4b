import type { Redis } from 'ioredis'
import type { Logger } from 'pino'
import { backoffMs } from '../lib/backoff.ts'
import { passwordsOf } from '../lib/url-password.ts'
import { type RedisFailure, redisFailureOf } from './redis-failure.ts'

export interface RedisOptions {
  readonly url: string
  /** What the connection is for: its name in the log and in the server's list of clients. */
  readonly part: 'cache' | 'bus' | 'proofs' | 'rates'
  /** A command that has no answer by then counts as not answered, and its connection as broken. */
  readonly timeoutMs: number
  readonly logger: Pick<Logger, 'info' | 'warn'>
}

/** In the order in which they were asked for; null for one that is not there. */
export type HashMembers = readonly (Buffer | null)[]

const reconnecting = { baseMs: 50, maxMs: 2_000 }

/** Resolves when the server answered or could not be reached: its absence never stops a start. */
export async function openRedis(options: RedisOptions): Promise<RedisConnection> {
  const connection = new RedisConnection(options, await clientOf(options))
  await connection.tried
  return connection
}

/**
 * One connection that mends itself. Nothing ever queues: while the server is away every command fails at once, and a
 * server that stops answering holds a command up for its time-out, no later one at all.
 */
export class RedisConnection {
  /** The first try has come to an end, either way. */
  readonly tried: Promise<void>
  readonly #client: Redis
  readonly #options: RedisOptions
  readonly #secrets: readonly string[]
  #isUp = false
  #isToldDown = false

  constructor(options: RedisOptions, client: Redis) {
    this.#options = options
    this.#secrets = passwordsOf(options.url)
    this.#client = client
    const tried = Promise.withResolvers<void>()
    this.tried = tried.promise
    this.#client.on('ready', () => {
      this.#tellUp()
      tried.resolve()
    })
    this.#client.on('close', () => {
      this.#isUp = false
      tried.resolve()
    })
    this.#client.on('error', (error) => this.#tellDown(this.#failureOf(error)))
  }

  /** Runs commands; whatever goes wrong is a `RedisFailure`. */
  async run<Reply>(command: (client: Redis) => Promise<Reply>): Promise<Reply> {
    try {
      return await command(this.#client)
    } catch (error) {
      throw this.#failureOf(error)
    }
  }

  /** Members of hashes, asked for in one message and answered one by one. */
  async readHashes(keys: readonly string[], members: readonly string[]): Promise<(HashMembers | RedisFailure)[]> {
    const answers = await this.run(async (client) => {
      const commands = client.pipeline()
      for (const key of keys) commands.hmgetBuffer(key, ...members)
      return await commands.exec()
    })
    // The command says what its answer is; the driver does not know which command it was.
    return (answers ?? []).map(([error, held]) => (error ? this.#failureOf(error) : (held as HashMembers)))
  }

  /** For a library that speaks to it by itself, and says in its own words what goes wrong. */
  get client(): Redis {
    return this.#client
  }

  /** Calls `wake` whenever the server can be reached again. */
  onReady(wake: () => void): void {
    this.#client.on('ready', wake)
  }

  async check(): Promise<void> {
    await this.run((client) => client.ping())
  }

  close(): void {
    this.#client.disconnect()
  }

  #failureOf(error: unknown): RedisFailure {
    return redisFailureOf(error, this.#secrets)
  }

  #tellUp(): void {
    this.#isUp = true
    if (!this.#isToldDown) return
    this.#isToldDown = false
    this.#options.logger.info({ part: this.#options.part }, 'redis is back')
  }

  /** Once a failure, not once a try. */
  #tellDown({ message }: RedisFailure): void {
    if (this.#isToldDown || this.#isUp) return
    this.#isToldDown = true
    this.#options.logger.warn({ part: this.#options.part, reason: message }, 'redis cannot be reached')
  }
}

/** The driver is loaded where there is a server to drive: without one it would hold up every start. */
async function clientOf({ url, part, timeoutMs }: RedisOptions): Promise<Redis> {
  const { Redis } = await import('ioredis')
  return new Redis(url, {
    connectionName: `signals-${part}`,
    connectTimeout: timeoutMs,
    commandTimeout: timeoutMs,
    // A silent connection is given up, so that the next command finds it broken instead of waiting behind the last.
    socketTimeout: timeoutMs,
    enableOfflineQueue: false,
    // A command whose answer was lost is the caller's to repeat: sent again here, it could arrive after later ones.
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) => backoffMs(reconnecting, attempt),
    // After a fail-over the name leads to another server.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
    // All servers and proxies of the kind speak it.
    protocol: 2,
    disableClientInfo: true,
  })
}

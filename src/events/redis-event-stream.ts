import type { RedisConnection } from '../redis/open-redis.ts'
import { RedisFailure } from '../redis/redis-failure.ts'
import type { DeadLetter } from './dead-letters.ts'
import { EventError } from './event-errors.ts'
import { type FactUpdated, factUpdatedType } from './fact-updated.ts'
import { lagOfGroups } from './redis-consumer-lag.ts'

export const factStream = factUpdatedType
export const deadLetterStream = 'signals.fact.updated.dlq'

export interface RedisEventStreamOptions {
  /** About so many of the latest entries stay in each stream; trimming is approximate, so more may. */
  readonly maxLength: number
}

export interface StreamFigures {
  readonly length: number
  readonly deadLetters: number
  /** Entries that the slowest group of consumers has not read; null when the server cannot tell. */
  readonly consumerLag: number | null
}

/** The two streams of the bus (contracts, 9), by name the same in every deployment. */
export class RedisEventStream {
  readonly #redis: RedisConnection
  readonly #options: RedisEventStreamOptions

  constructor(redis: RedisConnection, options: RedisEventStreamOptions) {
    this.#redis = redis
    this.#options = options
  }

  /** Throws `EVENT_REFUSED` in the words of the server, or `EVENT_BUS_UNAVAILABLE`. */
  async add(event: FactUpdated): Promise<void> {
    await this.#append(factStream, fieldsOf(event))
  }

  async addDeadLetter({ event, reason, attempts, firstFailedAt }: DeadLetter): Promise<void> {
    const why = ['dlq_reason', reason, 'attempts', String(attempts), 'first_failed_at', firstFailedAt]
    await this.#append(deadLetterStream, [...fieldsOf(event), ...why])
  }

  async figures(): Promise<StreamFigures> {
    const [length, deadLetters, groups] = await this.#redis.run((client) =>
      Promise.all([
        client.xlen(factStream),
        client.xlen(deadLetterStream),
        // A stream that nothing was ever added to does not exist, which is an error to this command alone.
        client.xinfo('GROUPS', factStream).catch(() => []),
      ]),
    )
    return { length, deadLetters, consumerLag: lagOfGroups(groups) }
  }

  async #append(stream: string, fields: readonly string[]): Promise<void> {
    const { maxLength } = this.#options
    try {
      await this.#redis.run((client) => client.xadd(stream, 'MAXLEN', '~', maxLength, '*', ...fields))
    } catch (error) {
      throw eventErrorOf(error)
    }
  }
}

/** What a consumer decides by stands beside the envelope, so that it need not read it. */
function fieldsOf(event: FactUpdated): string[] {
  const { event_id, tenant, subject_key, fact_version } = event
  const named = { event: JSON.stringify(event), event_id, tenant, subject_key, fact_version: String(fact_version) }
  return Object.entries(named).flat()
}

function eventErrorOf(error: unknown): unknown {
  if (!(error instanceof RedisFailure)) return error
  if (error.kind === 'refused') return new EventError('EVENT_REFUSED', error.message, { cause: error })
  return new EventError('EVENT_BUS_UNAVAILABLE', error.message, { cause: error, retryAfterSeconds: 5 })
}

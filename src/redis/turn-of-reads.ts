import type { HashMembers, RedisConnection } from './open-redis.ts'
import { RedisFailure } from './redis-failure.ts'

interface Waiting {
  readonly key: string
  readonly resolve: (members: HashMembers) => void
  readonly reject: (failure: unknown) => void
}

/**
 * Reads hashes: all that are asked for in one turn of the event loop as one message, since with many reads in flight a message each
 * costs more than all else that they do. Each has its own time-out, and none waits for the answer to an earlier turn, as it
 * would in the pipelines that the driver makes of its own accord.
 */
export class TurnOfReads {
  readonly #redis: Pick<RedisConnection, 'readHashes'>
  readonly #members: readonly string[]
  #waiting: Waiting[] = []

  constructor(redis: Pick<RedisConnection, 'readHashes'>, members: readonly string[]) {
    this.#redis = redis
    this.#members = members
  }

  /** The members in their order, null where there is none; fails with a `RedisFailure`. */
  read(key: string): Promise<HashMembers> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.push({ key, resolve, reject }) === 1) setImmediate(() => void this.#ask())
    })
  }

  async #ask(): Promise<void> {
    const asked = this.#waiting
    this.#waiting = []
    try {
      const keys = asked.map(({ key }) => key)
      const answers = await this.#redis.readHashes(keys, this.#members)
      for (const [position, { resolve, reject }] of asked.entries()) {
        const answer = answers[position]
        if (answer === undefined || answer instanceof RedisFailure) reject(answer)
        else resolve(answer)
      }
    } catch (failure) {
      for (const { reject } of asked) reject(failure)
    }
  }
}

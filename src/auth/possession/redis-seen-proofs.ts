import type { RedisConnection } from '../../redis/open-redis.ts'
import { RedisFailure } from '../../redis/redis-failure.ts'
import { seenProofKey } from '../../redis/redis-keys.ts'
import { replayCacheUnavailable } from '../auth-errors.ts'
import { rememberedMs, type SeenProofs } from './seen-proofs.ts'

/** Of all processes that share the server. */
export class RedisSeenProofs implements SeenProofs {
  readonly #redis: RedisConnection

  constructor(redis: RedisConnection) {
    this.#redis = redis
  }

  async isFirst(proofId: string): Promise<boolean> {
    try {
      const key = seenProofKey(proofId)
      return (await this.#redis.run((client) => client.set(key, '', 'PX', rememberedMs, 'NX'))) === 'OK'
    } catch (error) {
      // Also when only the answer was lost: whoever sent the proof makes another one.
      throw error instanceof RedisFailure ? replayCacheUnavailable(error) : error
    }
  }
}

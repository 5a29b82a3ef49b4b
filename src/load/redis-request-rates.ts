import { type RateLimiterAbstract, RateLimiterRedis } from 'rate-limiter-flexible'
import type { RedisConnection } from '../redis/open-redis.ts'
import { inMemory, type RateLimit } from './request-rates.ts'

/** Counted together by all replicas; while the server cannot be asked, by each for itself. */
export function onRedis(connection: RedisConnection): (limit: RateLimit) => RateLimiterAbstract {
  return (limit) =>
    new RateLimiterRedis({
      ...limit,
      storeClient: connection.client,
      insuranceLimiter: inMemory(limit),
      // Whoever is over it is refused here until the window ends, without asking the server each time.
      inMemoryBlockOnConsumed: limit.points + 1,
    })
}

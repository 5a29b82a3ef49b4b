import type { PossessionDeps } from '../auth/possession/check-possession.ts'
import { certificateThumbprint } from '../auth/possession/client-certificate.ts'
import { MemorySeenProofs } from '../auth/possession/memory-seen-proofs.ts'
import { networksOf } from '../auth/possession/networks.ts'
import { ProofNonces } from '../auth/possession/proof-nonces.ts'
import { RedisSeenProofs } from '../auth/possession/redis-seen-proofs.ts'
import type { SeenProofs } from '../auth/possession/seen-proofs.ts'
import type { Config } from '../config.ts'
import type { Clock } from '../lib/clock.ts'
import { openRedis } from '../redis/open-redis.ts'
import type { Logger } from '../telemetry/logger.ts'

export interface PossessionParts {
  readonly logger: Logger
  readonly clock: Clock
}

/** How senders prove that a token is theirs; undefined where they need not. */
export async function openPossession(
  config: Config,
  parts: PossessionParts,
  opened: AsyncDisposableStack,
): Promise<PossessionDeps | undefined> {
  const { http, auth } = config
  const { senderConstraint: constraint, dpop, mtls } = auth
  const { nonceSecret: secret, algorithms } = dpop
  const { clock } = parts
  if (constraint === 'off') return undefined
  const certificates = {
    proxies: networksOf(mtls.proxies),
    header: mtls.header.toLowerCase(),
    isAuthorityNeeded: http.tls.clientCaFile !== undefined,
  }
  const nonces = secret === undefined ? undefined : new ProofNonces({ secret, clock })
  const seen = await openSeenProofs(config, parts, opened)
  return {
    constraint,
    proofs: { algorithms, clock, publicUrl: http.publicUrl, nonces, seen },
    certificateOf: (request) => certificateThumbprint(certificates, request),
  }
}

/** Shared where there is something to share it by: a proof is good once, whichever replica it comes to. */
async function openSeenProofs(
  { redis: { url, replayTimeoutMs } }: Config,
  { logger, clock }: PossessionParts,
  opened: AsyncDisposableStack,
): Promise<SeenProofs> {
  if (url === undefined) return new MemorySeenProofs({ clock })
  const redis = await openRedis({ url, part: 'proofs', timeoutMs: replayTimeoutMs, logger })
  opened.adopt(redis, (connection) => connection.close())
  return new RedisSeenProofs(redis)
}

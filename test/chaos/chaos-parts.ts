import { type Mongod, startMongod } from '../support/real-parts/mongod.ts'
import { findRedisServer, type RealRedis, startRedis } from '../support/real-parts/redis-server.ts'
import { temporaryDirectory } from '../support/service-process.ts'
import { type FullCas, openFullCas } from './full-cas.ts'
import type { ChaosOptions } from './options.ts'
import { replicaCount } from './planned-faults.ts'
import { Replicas } from './replicas.ts'

/** All that can be hurt. */
export interface ChaosParts {
  readonly mongod: Mongod
  readonly redis: RealRedis
  readonly cas: FullCas
  readonly replicas: Replicas
  readonly directory: string
}

export async function openParts({ cas: kind, count }: ChaosOptions, opened: AsyncDisposableStack): Promise<ChaosParts> {
  const directory = opened.use(await temporaryDirectory()).path
  const mongod = opened.adopt(await startMongod('a replica set'), (server) => server.close())
  const binary = await findRedisServer()
  if (binary === undefined) throw new Error('redis-server is not to be had')
  const redis = opened.use(await startRedis(binary, ['--appendonly', 'yes', '--appendfsync', 'always']))
  const cas = await openFullCas(kind, opened)
  const env = {
    ...cas.env,
    SIGNALS__STORE__DRIVER: 'mongo',
    SIGNALS__MONGO__CONNECTION_STRING: mongod.connectionString,
    // A full disk is to be met in the middle of a write, not foreseen.
    SIGNALS__LIMITS__FREE_DISK_BYTES: '0',
    SIGNALS__MONGO__SERVER_SELECTION_TIMEOUT_MS: '1000',
    SIGNALS__REDIS__URL: redis.url,
    // Nothing that is compared in the end may be trimmed before.
    SIGNALS__REDIS__STREAM_MAX_LENGTH: String(20 * count),
  }
  const replicas = opened.use(new Replicas(directory, env))
  await replicas.start(replicaCount)
  return { mongod, redis, cas, replicas, directory }
}

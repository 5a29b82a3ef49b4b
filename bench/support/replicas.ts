import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mongodProgram, startMongod } from '../../test/support/real-parts/mongod.ts'
import { findRedisServer, startRedis } from '../../test/support/real-parts/redis-server.ts'
import type { BenchOptions } from './claim.ts'
import { cpuSecondsOf } from './process-cpu.ts'
import { type ServerProcess, startService } from './server-process.ts'

/** Settings of services that share a MongoDB, a Redis and a directory of content; undefined where one of them is not to be had. */
export async function openSharedParts(opened: AsyncDisposableStack): Promise<Record<string, string> | undefined> {
  const redisBinary = await findRedisServer()
  if (mongodProgram === undefined || redisBinary === undefined) return undefined
  const mongod = opened.adopt(await startMongod('a replica set'), (server) => server.close())
  const redis = opened.use(await startRedis(redisBinary))
  const remove = (directory: string): Promise<void> => rm(directory, { recursive: true, force: true })
  const content = opened.adopt(await mkdtemp(join(tmpdir(), 'signals-bench-')), remove)
  return {
    SIGNALS__STORE__DRIVER: 'mongo',
    SIGNALS__MONGO__CONNECTION_STRING: mongod.connectionString,
    SIGNALS__REDIS__URL: redis.url,
    SIGNALS__CAS__DIRECTORY: content,
  }
}

/** Services behind a load balancer that asks each in turn. */
export class Replicas {
  readonly #services: readonly ServerProcess[]
  #next = 0

  private constructor(services: readonly ServerProcess[]) {
    this.#services = services
  }

  static async start(
    count: number,
    { opened, ...options }: BenchOptions & { settings: Record<string, string>; opened: AsyncDisposableStack },
  ): Promise<Replicas> {
    const starting = Array.from({ length: count }, async () => opened.use(await startService(options)))
    return new Replicas(await Promise.all(starting))
  }

  nextUrl(): string {
    this.#next = (this.#next + 1) % this.#services.length
    return this.#services[this.#next]?.url ?? ''
  }

  get cpuSeconds(): number {
    return this.#services.reduce((sum, { pid }) => sum + cpuSecondsOf(pid), 0)
  }
}

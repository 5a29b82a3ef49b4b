import { findRedisServer, type RealRedis, startRedis } from '../../test/support/real-parts/redis-server.ts'
import { alternate } from '../support/alternate.ts'
import { type BenchRow, type Claim, type Result, resultOf } from '../support/claim.ts'
import { type GetLoad, getsPerSecond, secondsOfRound } from '../support/get-load.ts'
import { startBaseline, startService } from '../support/server-process.ts'
import { postGraph } from '../support/service-graph.ts'
import { makeFact } from './facts.ts'

const claim: Claim = {
  row: 5,
  claim: 'GET of a fact of 4 KB through Redis, 64 in flight',
  against: 'Fastify and getBuffer of ioredis, nothing else',
  bar: 0.8,
  aim: 0.95,
  better: 'higher',
}

const key = 'bench:constant'

/** Not measured where there is no Redis. */
export const sharedCache: BenchRow = {
  name: 'shared-cache',
  async *measure(options) {
    const binary = await findRedisServer()
    if (binary === undefined) return
    await using redis = await startRedis(binary)
    await using service = await startService({ ...options, settings: { SIGNALS__REDIS__URL: redis.url } })
    const callgraphId = await postGraph(service.url, { nodes: 1_000, edges: 3_000, seed: 1 })
    await makeFact(service, { callgraphId, scanId: 'bench', targets: 6 })
    const load = { seconds: secondsOfRound(options.isFull), connections: 64, expectedStatus: 200 }
    yield await compareReads(redis, { ...load, url: `${service.url}/signals/facts/bench` })
  },
}

async function compareReads(redis: RealRedis, load: GetLoad): Promise<Result> {
  const bytes = Buffer.from(await (await fetch(load.url)).arrayBuffer())
  await redis.client.set(key, bytes)
  await using baseline = await startBaseline('redis-buffer-server.ts', [redis.url, key])
  const measured = await alternate({
    ours: () => getsPerSecond(load),
    baseline: () => getsPerSecond({ ...load, url: `${baseline.url}/fact` }),
  })
  return resultOf(claim, { unit: 'answers/s', ...measured, notes: [`${bytes.byteLength} bytes`] })
}

import type { TestProject } from 'vitest/node'
import { startMongod } from '../real-parts/mongod.ts'
import { findRedisServer, startRedis } from '../real-parts/redis-server.ts'
import { startVersitygw } from '../real-parts/versitygw.ts'
import type { Mode } from './mode.ts'
import { runnableModes } from './runnable-modes.ts'
import type { Servers } from './servers.ts'

declare module 'vitest' {
  interface ProvidedContext {
    readonly mode: Mode
    readonly servers: Servers
  }
}

/** One server of each kind for a whole run, whatever it is that several modes need. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const started = new AsyncDisposableStack()
  project.provide('servers', await startServers(await runnableModes(), started))
  return () => started.disposeAsync()
}

async function startServers(modes: readonly Mode[], started: AsyncDisposableStack): Promise<Servers> {
  const servers: { -readonly [Kind in keyof Servers]: Servers[Kind] } = {}
  if (modes.some(({ store }) => store === 'mongo')) {
    const { connectionString } = started.adopt(await startMongod('a replica set'), (mongod) => mongod.close())
    servers.mongo = { connectionString }
  }
  if (modes.some(({ bus }) => bus === 'redis')) {
    const binary = (await findRedisServer()) ?? ''
    const { url } = started.use(await startRedis(binary, ['--databases', '4096']))
    servers.redis = { url }
  }
  if (modes.some(({ cas }) => cas === 's3')) {
    const { endpoint } = started.use(await startVersitygw())
    servers.s3 = { endpoint, region: 'us-east-1' }
  }
  return servers
}

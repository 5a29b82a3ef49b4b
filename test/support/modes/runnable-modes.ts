import { mongodProgram } from '../real-parts/mongod.ts'
import { findRedisServer } from '../real-parts/redis-server.ts'
import { versitygwProgram } from '../real-parts/versitygw.ts'
import { type Mode, otherModes } from './mode.ts'

/** Those whose servers are to be had here. Which server is not, and what is skipped, was said by whoever looked for it. */
export async function runnableModes(): Promise<readonly Mode[]> {
  const hasRedis = (await findRedisServer()) !== undefined
  return otherModes.filter(
    ({ store, bus, cas }) =>
      (store === 'sqlite' || mongodProgram !== undefined) &&
      (bus === 'in-process' || hasRedis) &&
      (cas === 'filesystem' || versitygwProgram !== undefined),
  )
}

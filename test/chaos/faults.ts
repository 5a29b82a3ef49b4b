import type { AcknowledgementLog } from './acknowledgement-log.ts'
import type { ChaosParts } from './chaos-parts.ts'
import type { Fault, FaultLane } from './planned-faults.ts'

export interface FiredFault {
  readonly fault: Fault
  readonly afterAcknowledged: number
}

export interface FaultDeps {
  readonly parts: ChaosParts
  readonly log: AcknowledgementLog
  /** Whether there is nothing left that could be acknowledged, or nobody waits for it any more. */
  readonly isOver: () => boolean
  readonly onFired: (fired: FiredFault) => void
}

/** Enough for every replica to have met it. */
const refusalsPerOutage = 12

/** One fault after another, each when its number of batches is acknowledged. */
export async function runLane(deps: FaultDeps, lane: FaultLane): Promise<void> {
  for (const { afterAcknowledged, fault } of lane) {
    await deps.log.until(({ acknowledged }) => acknowledged.size >= afterAcknowledged || deps.isOver())
    // Never when all is done: a fault that nothing meets shows nothing.
    if (deps.isOver()) return
    deps.onFired({ fault, afterAcknowledged: deps.log.acknowledged.size })
    await cause(deps, fault)
  }
}

async function cause(deps: FaultDeps, fault: Fault): Promise<void> {
  const { mongod, redis, cas } = deps.parts
  switch (fault.kind) {
    case 'mongod killed':
      await mongod.kill()
      await untilRefused(deps, 'STORE_UNAVAILABLE')
      return await mongod.start()
    case 'redis killed':
      await redis.kill()
      await untilAcknowledged(deps, fault.forAcknowledged)
      return await redis.start()
    case 'redis paused':
      redis.pause()
      await untilAcknowledged(deps, fault.forAcknowledged)
      return redis.goOn()
    case 'replica killed':
      return await killReplica(deps, fault)
    case 'cas full':
      await cas.fill()
      await untilRefused(deps, 'CAS_UNAVAILABLE')
      return await cas.makeRoom()
  }
}

/** In the middle of its work first, for only a start can arm it; then at its point, to which the traffic leads it. */
async function killReplica(
  { parts: { replicas }, log, isOver }: FaultDeps,
  { replica, point }: Extract<Fault, { kind: 'replica killed' }>,
): Promise<void> {
  await replicas.kill(replica)
  const hasListened = await replicas.restart(replica, point)
  if (hasListened) {
    const over = log.until(isOver).then(() => 'over' as const)
    const end = await Promise.race([replicas.ended(replica), over])
    if (end === 'over') await replicas.kill(replica)
    else if (end !== 'SIGKILL') log.unexpected.push(`a replica ended by itself: ${String(end)}`)
  }
  await replicas.restart(replica)
}

async function untilAcknowledged({ log, isOver }: FaultDeps, more: number): Promise<void> {
  const enough = log.acknowledged.size + more
  await log.until(({ acknowledged }) => acknowledged.size >= enough || isOver())
}

async function untilRefused({ log, isOver }: FaultDeps, code: string): Promise<void> {
  const enough = refusedWith(log, code) + refusalsPerOutage
  await log.until(() => refusedWith(log, code) >= enough || isOver())
}

function refusedWith({ refusals }: AcknowledgementLog, code: string): number {
  return refusals.get(`503 ${code}`) ?? 0
}

import { setTimeout as pause } from 'node:timers/promises'
import { AcknowledgementLog } from './acknowledgement-log.ts'
import { ChaosClient } from './chaos-client.ts'
import type { ChaosParts } from './chaos-parts.ts'
import { type Violation, violationsOf } from './check.ts'
import { deliverAll } from './deliver-all.ts'
import { embeddedDigests } from './embedded-mode.ts'
import { type FiredFault, runLane } from './faults.ts'
import type { Observed } from './observed.ts'
import type { ChaosOptions } from './options.ts'
import { type PlannedBatch, planBatch, subjectCount, subjectNamed } from './planned-batches.ts'
import { type FaultLane, planFaults } from './planned-faults.ts'
import { type PlannedGraph, planGraphs } from './planned-graphs.ts'
import { postGraphs } from './post-graphs.ts'
import { readEventLog, readFacts, settled } from './read-service.ts'
import { readStream } from './read-stream.ts'

export interface ChaosOutcome {
  readonly log: AcknowledgementLog
  readonly observed: Observed
  readonly fired: readonly FiredFault[]
  readonly plannedFaults: number
  readonly violations: readonly Violation[]
}

export interface ChaosRun {
  readonly parts: ChaosParts
  readonly opened: AsyncDisposableStack
  readonly tell: (line: string) => void
}

const writers = 24
const landingMs = 30_000
const subjects = Array.from({ length: subjectCount }, (_, position) => subjectNamed(position))

/** Batches fly while everything fails; then what the client was told is held against what the service tells. */
export async function runChaos(options: ChaosOptions, run: ChaosRun): Promise<ChaosOutcome> {
  const { parts, opened, tell } = run
  const graphs = planGraphs(options.seed)
  const lanes = planFaults(options)
  const log = new AcknowledgementLog()
  const fired = await fly(options, { ...run, graphs, lanes, log })
  tell(`${log.acknowledged.size} batches are acknowledged; waiting until all is folded and relayed`)
  const observed = await observe(parts)
  tell('the same input for one process on SQLite')
  const batches = [...log.acknowledged.values()].map(({ batch }) => batch)
  const input = { directory: parts.directory, graphs, batches, subjects }
  const digests = await embeddedDigests(input, opened)
  const violations = violationsOf({ acknowledged: log.acknowledged.values(), observed, embeddedDigests: digests })
  return { log, observed, fired, plannedFaults: lanes.flat().length, violations }
}

interface Flight extends ChaosRun {
  readonly graphs: readonly PlannedGraph[]
  readonly lanes: readonly FaultLane[]
  readonly log: AcknowledgementLog
}

async function fly(options: ChaosOptions, { graphs, lanes, parts, log, opened, tell }: Flight): Promise<FiredFault[]> {
  const { replicas } = parts
  const callgraphIds = await postGraphs(replicas.urls[0] ?? '', graphs)
  const mayEnd = (url: string): boolean => replicas.mayEnd(url)
  const client = new ChaosClient({ urls: () => replicas.urls, mayEnd, callgraphIds, log })
  const fired: FiredFault[] = []
  const onFired = (fault: FiredFault): void => {
    fired.push(fault)
    tell(`after ${fault.afterAcknowledged} batches: ${Object.values(fault.fault).join(' ')}`)
  }
  let isLanding = false
  const isOver = (): boolean => isLanding || log.acknowledged.size >= options.count
  const faults = lanes.map((lane) => runLane({ parts, log, isOver, onFired }, lane))
  // Before the parts are closed: a fault that is still on would start one again behind their back.
  opened.defer(async () => {
    isLanding = true
    log.lookAgain()
    await Promise.race([Promise.allSettled(faults), pause(landingMs)])
  })
  await Promise.all([deliverAll({ client, writers }, plannedBatches(options, graphs)), ...faults])
  return fired
}

function* plannedBatches({ seed, count }: ChaosOptions, graphs: readonly PlannedGraph[]): Generator<PlannedBatch> {
  for (let position = 0; position < count; position += 1) yield planBatch(seed, position, graphs)
}

async function observe({ replicas, redis }: ChaosParts): Promise<Observed> {
  const [url = ''] = replicas.urls
  await settled(url)
  const [facts, log, stream] = await Promise.all([readFacts(url, subjects), readEventLog(url), readStream(redis)])
  return { facts, log, stream }
}

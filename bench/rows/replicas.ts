import { randomUUID } from 'node:crypto'
import { alternate } from '../support/alternate.ts'
import { type BenchRow, type Claim, type Result, resultOf } from '../support/claim.ts'
import { eventBytes, spreadNodes } from '../support/made-events.ts'
import { post, settled } from '../support/post.ts'
import { openSharedParts, Replicas } from '../support/replicas.ts'
import { eventsUrl, postGraph } from '../support/service-graph.ts'

const few = 2
const many = 10 * few
const batchesOfSubject = 2
const linesInBatch = 1_000
const step = 5
const clients = 2
const graph = { nodes: 15_000, edges: 45_000, seed: 1 }

const shared = {
  row: 13,
  against: `one replica and ${few} subjects, of ${batchesOfSubject} batches of ${linesInBatch} lines each`,
  bar: 1.2,
  aim: 1.05,
  better: 'lower',
} as const

const moreSubjects: Claim = {
  ...shared,
  claim: 'processor time of a batch on MongoDB and Redis, one replica and 10 times the subjects',
}
const moreReplicas: Claim = {
  ...shared,
  claim: 'processor time of a batch on MongoDB and Redis, 3 replicas and 10 times the subjects',
}

/** Not measured where there is no MongoDB or no Redis. The cost is that of the services alone, folds included, until nothing waits. */
export const replicas: BenchRow = {
  name: 'replicas',
  async *measure(options) {
    await using opened = new AsyncDisposableStack()
    const settings = await openSharedParts(opened)
    if (settings === undefined) return
    const one = await Replicas.start(1, { ...options, settings, opened })
    const callgraphId = await postGraph(one.nextUrl(), graph)
    yield await compareCosts(moreSubjects, { ours: one, baseline: one, callgraphId })
    const three = await Replicas.start(3, { ...options, settings, opened })
    yield await compareCosts(moreReplicas, { ours: three, baseline: one, callgraphId })
  },
}

interface Compared {
  readonly ours: Replicas
  readonly baseline: Replicas
  readonly callgraphId: string
}

async function compareCosts(claim: Claim, { ours, baseline, callgraphId }: Compared): Promise<Result> {
  const measured = await alternate({
    ours: () => secondsOfBatch(ours, many, callgraphId),
    baseline: () => secondsOfBatch(baseline, few, callgraphId),
  })
  return resultOf(claim, { unit: 's', ...measured })
}

async function secondsOfBatch(services: Replicas, subjectCount: number, callgraphId: string): Promise<number> {
  const subjects = Array.from({ length: subjectCount }, () => randomUUID())
  const waiting = [...subjects]
  const before = services.cpuSeconds
  await Promise.all(Array.from({ length: clients }, () => postAll(services, waiting, callgraphId)))
  for (const scanId of subjects) await settled(services.nextUrl(), scanId)
  return (services.cpuSeconds - before) / (subjectCount * batchesOfSubject)
}

/** A subject's batches one after another, whichever replica they come to. */
async function postAll(services: Replicas, waiting: string[], callgraphId: string): Promise<void> {
  for (let scanId = waiting.pop(); scanId !== undefined; scanId = waiting.pop()) {
    for (const body of batches()) {
      const headers = { 'content-type': 'application/x-ndjson', 'idempotency-key': randomUUID() }
      await post({ url: eventsUrl(services.nextUrl(), callgraphId, scanId), headers, body })
    }
  }
}

/** Half of what a batch names was named by the one before it. */
function* batches(): Generator<Buffer> {
  for (let batch = 0; batch < batchesOfSubject; batch++) {
    const nodes = spreadNodes({ first: (batch * step * linesInBatch) / 2, count: linesInBatch, step })
    yield eventBytes({ lines: linesInBatch, nodes, seed: batch + 1 })
  }
}

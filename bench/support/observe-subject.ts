import { randomUUID } from 'node:crypto'
import { millisecondsOf } from './alternate.ts'
import { eventBytes } from './made-events.ts'
import { type Post, postAndFold } from './post.ts'
import { bytesWrittenBy } from './process-writes.ts'
import type { ServerProcess } from './server-process.ts'
import { eventsUrl } from './service-graph.ts'

export interface Observation {
  readonly callgraphId: string
  readonly scanId: string
  /** One line for each. */
  readonly nodes: readonly number[]
  readonly seed: number
}

export interface FoldCost {
  readonly milliseconds: number
  readonly bytes: number
}

/** What a batch costs the service, from the request to the fact that holds it. */
export async function observeSubject({ url, pid }: ServerProcess, observation: Observation): Promise<FoldCost> {
  const batch = observationPost(url, observation)
  const before = bytesWrittenBy(pid)
  const milliseconds = await millisecondsOf(() => postAndFold(batch))
  return { milliseconds, bytes: bytesWrittenBy(pid) - before }
}

export function observationPost(url: string, { callgraphId, scanId, nodes, seed }: Observation): Post {
  const headers = { 'content-type': 'application/x-ndjson', 'idempotency-key': randomUUID() }
  return { url: eventsUrl(url, callgraphId, scanId), headers, body: eventBytes({ lines: nodes.length, nodes, seed }) }
}

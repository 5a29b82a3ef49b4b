import { randomUUID } from 'node:crypto'
import { alternate } from '../support/alternate.ts'
import { type BenchRow, type Claim, resultOf } from '../support/claim.ts'
import { p99Of } from '../support/get-latency.ts'
import { makeBodies, symbolsInAll } from '../support/ingest-load.ts'
import { post, settled } from '../support/post.ts'
import { startBaseline, startService } from '../support/server-process.ts'
import { eventsUrl, postGraph } from '../support/service-graph.ts'
import { makeFact } from './facts.ts'

const claim: Claim = {
  row: 11,
  claim: 'GET p99 while two clients post bodies of 10 MB',
  against: 'a constant answer, while two clients post the same to a handler that discards bodies',
  bar: 2,
  aim: 1.2,
  better: 'lower',
}

const writers = 2

export const readsBesideWrites: BenchRow = {
  name: 'reads-beside-writes',
  async *measure(options) {
    await using service = await startService(options)
    await using baseline = await startBaseline('discarding-server.ts', ['4096'])
    const callgraphId = await postGraph(service.url, { nodes: symbolsInAll, edges: 2 * symbolsInAll, seed: 1 })
    await makeFact(service, { callgraphId, scanId: 'read', targets: 6 })
    const bodies = makeBodies(writers)
    const seconds = options.isFull ? 5 : 2
    const measured = await alternate({
      ours: async (round) => {
        const postUrl = eventsUrl(service.url, callgraphId, `written-${round}`)
        const p99 = await beside({ getUrl: `${service.url}/signals/facts/read`, postUrl, seconds }, bodies)
        await settled(service.url, `written-${round}`)
        return p99
      },
      baseline: () => beside({ getUrl: `${baseline.url}/fact`, postUrl: `${baseline.url}/ndjson`, seconds }, bodies),
    })
    yield resultOf(claim, { unit: 'ms', ...measured })
  },
}

interface Beside {
  readonly getUrl: string
  readonly postUrl: string
  readonly seconds: number
}

async function beside({ getUrl, postUrl, seconds }: Beside, bodies: readonly Buffer[]): Promise<number> {
  const endsAt = performance.now() + seconds * 1000
  const isOver = (): boolean => performance.now() >= endsAt
  const writing = bodies.map((body) => postAgain(postUrl, body, isOver))
  const [p99] = await Promise.all([p99Of(getUrl, isOver), ...writing])
  return p99
}

async function postAgain(url: string, body: Buffer, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    const headers = { 'content-type': 'application/x-ndjson', 'idempotency-key': randomUUID() }
    await post({ url, headers, body })
  }
}

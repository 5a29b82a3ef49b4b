import { type BenchOptions, type BenchRow, type Claim, resultOf } from '../support/claim.ts'
import { bodyCount, linesInBody, makeBodies, symbolsInAll } from '../support/ingest-load.ts'
import { post, settled } from '../support/post.ts'
import { memoryOf } from '../support/process-memory.ts'
import { startService } from '../support/server-process.ts'
import { eventsUrl, postGraph } from '../support/service-graph.ts'

const claim: Claim = {
  row: 3,
  claim: 'memory that one NDJSON body of 400 MB adds at its peak, folded',
  against: 'the service before it, in MB',
  bar: 200,
  better: 'lower',
}

const rounds = 5

/** A process for each round, since a peak never goes down again. */
export const memory: BenchRow = {
  name: 'memory',
  async *measure(options) {
    const bodies = makeBodies(bodyCount(options.isFull, 6))
    const ours: number[] = []
    const baseline: number[] = []
    for (let round = 0; round < rounds; round++) {
      const { idle, peak } = await measureOne(options, bodies)
      ours.push(peak)
      baseline.push(idle)
    }
    const megabytes = bodies.reduce((sum, body) => sum + body.byteLength, 0) / 1e6
    const scaledDown = options.isFull ? undefined : `a body of ${megabytes.toFixed(0)} MB`
    yield resultOf(claim, { unit: 'MB', ours, baseline, scaledDown }, (peak, idle) => peak - idle)
  },
}

async function measureOne(options: BenchOptions, bodies: readonly Buffer[]): Promise<{ idle: number; peak: number }> {
  await using service = await startService(options)
  const callgraphId = await postGraph(service.url, { nodes: symbolsInAll, edges: 2 * symbolsInAll, seed: 1 })
  // Analysing the graph took memory of its own, which stays the process's: idle is what it ever held up to here.
  const idle = memoryOf(service.pid).peak
  const headers = { 'content-type': 'application/x-ndjson' }
  const { accepted } = await post({ url: eventsUrl(service.url, callgraphId, 'bench'), headers, body: bodies })
  if (accepted !== bodies.length * linesInBody) throw new Error(`accepted ${String(accepted)} lines`)
  await settled(service.url, 'bench')
  return { idle, peak: memoryOf(service.pid).peak }
}

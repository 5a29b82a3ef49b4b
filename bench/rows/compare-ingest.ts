import { alternate } from '../support/alternate.ts'
import { type BenchOptions, type Claim, type Result, resultOf } from '../support/claim.ts'
import { type IngestLoad, linesPerSecond, missingBodies, symbolsInAll } from '../support/ingest-load.ts'
import { settled } from '../support/post.ts'
import { startBaseline, startService } from '../support/server-process.ts'
import { eventsUrl, postGraph } from '../support/service-graph.ts'

/** The service against the sums in memory, with the same bodies; each round of ours is about a subject of its own. */
export async function compareIngest(
  options: BenchOptions,
  claim: Claim,
  load: Omit<IngestLoad, 'url'>,
): Promise<Result> {
  await using service = await startService(options)
  await using baseline = await startBaseline('sum-lines-server.ts')
  const callgraphId = await postGraph(service.url, { nodes: symbolsInAll, edges: 2 * symbolsInAll, seed: 1 })
  const measured = await alternate({
    ours: async (round) => {
      const scanId = `bench-${round}`
      const rate = await linesPerSecond({ ...load, url: eventsUrl(service.url, callgraphId, scanId) })
      await settled(service.url, scanId)
      return rate
    },
    baseline: () => linesPerSecond({ ...load, url: `${baseline.url}/ndjson` }),
  })
  return resultOf(claim, { unit: 'lines/s', ...measured, scaledDown: missingBodies(load.bodies.length) })
}

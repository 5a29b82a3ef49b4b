import { randomUUID } from 'node:crypto'
import { alternate, millisecondsOf } from '../support/alternate.ts'
import { type BenchRow, type Claim, type Result, resultOf } from '../support/claim.ts'
import { eventBytes } from '../support/made-events.ts'
import { postAndFold } from '../support/post.ts'
import { startService } from '../support/server-process.ts'
import { eventsUrl, postGraph } from '../support/service-graph.ts'

interface Compared {
  readonly claim: Claim
  readonly largeSymbols: number
  /** The first node of a round's batch, beyond the symbols that the subject has. */
  readonly firstOf: (symbols: number, round: number) => number
}

const smallSymbols = 1_000
const batchSymbols = 100

const compared: readonly Compared[] = [
  {
    claim: claimOf('fold of 100 symbols that a subject of 100,000 knows'),
    largeSymbols: 100_000,
    firstOf: (_, round) => round * batchSymbols,
  },
  {
    // Below the 100,000 targets that a subject may have.
    claim: claimOf('fold of 100 symbols that are new to a subject of 99,000'),
    largeSymbols: 99_000,
    firstOf: (symbols, round) => symbols + round * batchSymbols,
  },
]

export const fold: BenchRow = {
  name: 'fold',
  async *measure(options) {
    await using service = await startService(options)
    const callgraphId = await postGraph(service.url, { nodes: 100_000, edges: 300_000, seed: 1 })
    for (const one of compared) yield await compareSizes(service.url, callgraphId, one)
  },
}

async function compareSizes(
  url: string,
  callgraphId: string,
  { claim, largeSymbols, firstOf }: Compared,
): Promise<Result> {
  const observe = async (scanId: string, first: number, symbols: number): Promise<number> => {
    const body = eventBytes({ lines: symbols, first, symbols, seed: first + 1 })
    const headers = { 'content-type': 'application/x-ndjson', 'idempotency-key': randomUUID() }
    return await millisecondsOf(() => postAndFold({ url: eventsUrl(url, callgraphId, scanId), headers, body }))
  }
  await observe(`large-${largeSymbols}`, 0, largeSymbols)
  await observe(`small-${largeSymbols}`, 0, smallSymbols)
  const measured = await alternate({
    ours: (round) => observe(`large-${largeSymbols}`, firstOf(largeSymbols, round), batchSymbols),
    baseline: (round) => observe(`small-${largeSymbols}`, firstOf(smallSymbols, round), batchSymbols),
  })
  return resultOf(claim, { unit: 'ms', ...measured })
}

function claimOf(claim: string): Claim {
  return { row: 10, claim, against: 'the same on a subject of 1,000, from request to fact', bar: 3, better: 'lower' }
}

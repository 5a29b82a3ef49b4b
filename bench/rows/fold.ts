import { alternate } from '../support/alternate.ts'
import { type BenchRow, type Claim, type Result, resultOf, roundsOf } from '../support/claim.ts'
import { spreadNodes } from '../support/made-events.ts'
import { observeSubject } from '../support/observe-subject.ts'
import { type ServerProcess, startService } from '../support/server-process.ts'
import { postGraph } from '../support/service-graph.ts'

interface ObservedSubject {
  readonly scanId: string
  readonly nodes: readonly number[]
  readonly batchOf: (round: number) => readonly number[]
}

interface Compared {
  readonly name: string
  readonly large: ObservedSubject
  readonly small: ObservedSubject
}

const graphNodes = 100_000
const batchSymbols = 100

/** Every hundredth node but one in a hundred: those that the larger subject of new symbols does not have. */
const missingOf = (round: number) => spreadNodes({ first: 99 + 100 * round, count: batchSymbols, step: 1_000 })

const compared: readonly Compared[] = [
  {
    name: 'fold of 100 symbols that a subject of 100,000 knows',
    large: knowing('known-large', 100_000),
    small: knowing('known-small', 1_000),
  },
  {
    // A subject has at most 100,000 targets, so there must be room for the new ones.
    name: 'fold of 100 symbols that are new to a subject of 99,000',
    large: { scanId: 'new-large', nodes: everyNode().filter((node) => node % 100 !== 99), batchOf: missingOf },
    small: { scanId: 'new-small', nodes: everyNode().filter((node) => node % 100 === 0), batchOf: missingOf },
  },
]

export const fold: BenchRow = {
  name: 'fold',
  async *measure(options) {
    await using service = await startService(options)
    const callgraphId = await postGraph(service.url, { nodes: graphNodes, edges: 3 * graphNodes, seed: 1 })
    for (const one of compared) yield* compareSizes(service, callgraphId, one)
  },
}

async function* compareSizes(
  service: ServerProcess,
  callgraphId: string,
  { name, large, small }: Compared,
): AsyncGenerator<Result> {
  const observe = (scanId: string, nodes: readonly number[], seed: number) =>
    observeSubject(service, { callgraphId, scanId, nodes, seed })
  for (const { scanId, nodes } of [large, small]) await observe(scanId, nodes, 1)
  const measured = await alternate({
    ours: (round) => observe(large.scanId, large.batchOf(round), round + 2),
    baseline: (round) => observe(small.scanId, small.batchOf(round), round + 2),
  })
  yield resultOf(claimOf(name), { unit: 'ms', ...roundsOf(measured, 'milliseconds') })
  yield resultOf(claimOf(`bytes written by the ${name}`), { unit: 'bytes', ...roundsOf(measured, 'bytes') })
}

/** Each batch has symbols from everywhere in the subject. */
function knowing(scanId: string, symbols: number): ObservedSubject {
  const nodes = spreadNodes({ first: 0, count: symbols, step: graphNodes / symbols })
  const every = symbols / batchSymbols
  return { scanId, nodes, batchOf: (round) => nodes.filter((_, position) => position % every === round) }
}

function everyNode(): number[] {
  return spreadNodes({ first: 0, count: graphNodes, step: 1 })
}

function claimOf(claim: string): Claim {
  return { row: 10, claim, against: 'the same on a subject of 1,000, from request to fact', bar: 3, better: 'lower' }
}

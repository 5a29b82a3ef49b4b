import { alternate } from '../support/alternate.ts'
import { type BenchRow, type Claim, resultOf, roundsOf } from '../support/claim.ts'
import { spreadNodes } from '../support/made-events.ts'
import { observationPost, observeSubject } from '../support/observe-subject.ts'
import { post, settled } from '../support/post.ts'
import { type ServerProcess, startService } from '../support/server-process.ts'
import { postGraph } from '../support/service-graph.ts'

const time: Claim = {
  row: 10,
  claim: 'fold of 100 symbols after the 1,000th batch of a subject of 1,000',
  against: 'the same after its 10th, from request to fact',
  bar: 1.3,
  aim: 1.05,
  better: 'lower',
}

const bytes: Claim = { ...time, claim: `bytes written by the ${time.claim}` }

const symbols = 1_000
const nodesOf = (batch: number) => spreadNodes({ first: batch % 10, count: symbols / 10, step: 10 })

/** History is not read again, so a subject's past should cost nothing. */
export const foldHistory: BenchRow = {
  name: 'fold-history',
  async *measure(options) {
    await using service = await startService(options)
    const callgraphId = await postGraph(service.url, { nodes: symbols, edges: 3 * symbols, seed: 1 })
    for (const [scanId, batches] of [['old', 1_000] as const, ['young', 10] as const]) {
      await observeOften(service, { callgraphId, scanId, batches })
    }
    const measured = await alternate({
      ours: (round) => observeSubject(service, { callgraphId, scanId: 'old', nodes: nodesOf(round), seed: round }),
      baseline: (round) =>
        observeSubject(service, { callgraphId, scanId: 'young', nodes: nodesOf(round), seed: round }),
    })
    yield resultOf(time, { unit: 'ms', ...roundsOf(measured, 'milliseconds') })
    yield resultOf(bytes, { unit: 'bytes', ...roundsOf(measured, 'bytes') })
  },
}

interface Past {
  readonly callgraphId: string
  readonly scanId: string
  readonly batches: number
}

/** One batch after another, each durable; what of them is folded together is the service's to say. */
async function observeOften({ url }: ServerProcess, { callgraphId, scanId, batches }: Past): Promise<void> {
  for (let batch = 0; batch < batches; batch++) {
    await post(observationPost(url, { callgraphId, scanId, nodes: nodesOf(batch), seed: batch }))
  }
  await settled(url, scanId)
}

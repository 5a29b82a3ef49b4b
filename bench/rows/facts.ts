import { alternate } from '../support/alternate.ts'
import { type BenchRow, type Claim, type Result, resultOf } from '../support/claim.ts'
import { getsPerSecond, secondsOfRound } from '../support/get-load.ts'
import { nodeId } from '../support/made-graph.ts'
import { jsonBody, postAndFold } from '../support/post.ts'
import { type ServerProcess, startBaseline, startService } from '../support/server-process.ts'
import { postGraph } from '../support/service-graph.ts'

interface AskedFact {
  readonly claim: string
  readonly targets: number
  readonly isRevalidated: boolean
}

/** The targets that make a fact of about so many bytes. */
const asked: readonly AskedFact[] = [
  { claim: 'GET of a fact of 4 KB', targets: 6, isRevalidated: false },
  { claim: 'GET of a fact of 64 KB', targets: 98, isRevalidated: false },
  { claim: 'GET of a fact of 64 KB that the client has (304)', targets: 98, isRevalidated: true },
]

export const facts: BenchRow = {
  name: 'facts',
  async *measure(options) {
    await using service = await startService(options)
    const callgraphId = await postGraph(service.url, { nodes: 1_000, edges: 3_000, seed: 1 })
    const load = { connections: 8, seconds: secondsOfRound(options.isFull) }
    for (const fact of asked) yield await compareReads(service, { ...load, ...fact, callgraphId })
  },
}

interface Compared extends AskedFact {
  readonly callgraphId: string
  readonly connections: number
  readonly seconds: number
}

async function compareReads(service: ServerProcess, fact: Compared): Promise<Result> {
  const { callgraphId, connections, seconds } = fact
  const scanId = `bench-${fact.targets}`
  await makeFact(service, { callgraphId, scanId, targets: fact.targets })
  const url = `${service.url}/signals/facts/${scanId}`
  const { byteLength, etag } = await readOnce(url)
  await using baseline = await startBaseline('constant-server.ts', [String(byteLength)])
  const load = { connections, seconds }
  const measured = await alternate({
    ours: () => getsPerSecond({ ...load, url, ...expected(fact, etag) }),
    baseline: () => getsPerSecond({ ...load, url: `${baseline.url}/fact`, ...expected(fact, '"constant"') }),
  })
  return resultOf(claimOf(fact), { unit: 'answers/s', ...measured, notes: [`${byteLength} bytes`] })
}

function claimOf({ claim, isRevalidated }: AskedFact): Claim {
  const against = isRevalidated ? 'Fastify answering 304 to one constant ETag' : 'Fastify sending one constant Buffer'
  return { row: 4, claim, against, bar: 0.85, better: 'higher' }
}

function expected({ isRevalidated }: AskedFact, etag: string) {
  return isRevalidated ? { expectedStatus: 304, headers: { 'If-None-Match': etag } } : { expectedStatus: 200 }
}

interface MadeFact {
  readonly callgraphId: string
  readonly scanId: string
  readonly targets: number
}

export async function makeFact({ url }: ServerProcess, { callgraphId, scanId, targets }: MadeFact): Promise<void> {
  const names = Array.from({ length: targets }, (_, position) => nodeId(position * 7))
  const body = { subject: { scanId }, callgraphIds: [callgraphId], targets: names }
  await postAndFold({ url: `${url}/signals/reachability/recompute`, ...jsonBody(body) })
}

async function readOnce(url: string): Promise<{ byteLength: number; etag: string }> {
  const response = await fetch(url)
  const { byteLength } = await response.arrayBuffer()
  return { byteLength, etag: response.headers.get('etag') ?? '' }
}

import { alternate } from '../support/alternate.ts'
import { type BenchRow, type Claim, resultOf } from '../support/claim.ts'
import { DrippingClients } from '../support/dripping-clients.ts'
import { type GetLoad, p99OfGets } from '../support/get-load.ts'
import { type ServerProcess, startService } from '../support/server-process.ts'
import { eventsUrl, postGraph } from '../support/service-graph.ts'
import { makeFact } from './facts.ts'

const claim: Claim = {
  row: 15,
  claim: 'p99 of GETs of a fact of 4 KB while 500 sockets drip heads and bodies, a byte a second each',
  against: 'the same service without them',
  bar: 2,
  better: 'lower',
}

const attackers = 500

export const slowLoris: BenchRow = {
  name: 'slow-loris',
  async *measure(options) {
    const seconds = options.isFull ? 8 : 3
    // Shorter than a round, so that it sees clients sent away as well as held.
    const patienceMs = String(seconds * 600)
    const settings = { SIGNALS__HTTP__HEADERS_TIMEOUT_MS: patienceMs, SIGNALS__HTTP__BODY_GRACE_MS: patienceMs }
    await using service = await startService({ ...options, settings })
    const callgraphId = await postGraph(service.url, { nodes: 1_000, edges: 3_000, seed: 1 })
    await makeFact(service, { callgraphId, scanId: 'bench', targets: 6 })
    const load = { url: `${service.url}/signals/facts/bench`, expectedStatus: 200, seconds, connections: 8 } as const
    let returned = 0
    const measured = await alternate({
      ours: async () => {
        const attacked = await p99UnderAttack(service, load, callgraphId)
        returned += attacked.returned
        return attacked.p99
      },
      baseline: () => p99OfGets(load),
    })
    yield resultOf(claim, { unit: 'ms', ...measured, notes: [`sent away and come again: ${returned} times`] })
  },
}

async function p99UnderAttack(
  { url }: ServerProcess,
  load: GetLoad,
  callgraphId: string,
): Promise<{ p99: number; returned: number }> {
  const { pathname, search } = new URL(eventsUrl(url, callgraphId, 'dripping'))
  const heads = [
    'GET /signals/facts/bench HTTP/1.1\r\nHost: bench\r\nX-Drip: ',
    `POST ${pathname}${search} HTTP/1.1\r\nHost: bench\r\nContent-Length: 100000\r\n\r\n`,
  ]
  using clients = await DrippingClients.open(Number(new URL(url).port), { count: attackers, heads })
  return { p99: await p99OfGets(load), returned: clients.returned }
}

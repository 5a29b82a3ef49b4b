import { smallGraph } from '../../support/posted-graph.ts'
import { canaryTenant, type Tokens } from './callers.ts'
import type { Markers } from './markers.ts'
import type { Memory } from './memory.ts'

/** What a tenant has that nobody else may see or change. */
export interface Canary {
  /** Everything that it is answered, by address. */
  read(): Promise<ReadonlyMap<string, string>>
}

export interface CanaryDeps {
  readonly url: string
  readonly tokens: Tokens
  readonly markers: Markers
  readonly memory: Memory
}

/** Gives the canary's tenant a graph, observations and unknowns, and lets everybody know how they are called. */
export async function plantCanary({ url, tokens, markers, memory }: CanaryDeps): Promise<Canary> {
  const word = () => markers.fresh(canaryTenant)
  const subject = word()
  const ask = asking(url, tokens.canary)
  const nodes = smallGraph.replaceAll(/"(main|a|b|c)"/g, (_whole, id: string) =>
    id === 'main' ? '"main"' : `"${id}.${word()}"`,
  )
  const graph = await ask.post(
    `/signals/callgraphs?language=node&component=${word()}&version=1&scanId=${subject}`,
    nodes,
  )
  const callgraphId = String(graph['callgraphId'])
  const observed = { subject: { scanId: subject }, callgraphId, events: [{ symbolId: word(), processName: word() }] }
  const batch = await ask.post('/signals/runtime-facts', JSON.stringify(observed))
  const unknowns = { subject: { scanId: subject }, callgraphId, unknowns: [{ symbolId: word(), reason: word() }] }
  await ask.post('/signals/unknowns', JSON.stringify(unknowns))
  const paths = pathsOf({ subject, callgraphId, receiptId: String(batch['receiptId']) })
  for (const answered of [graph, batch]) memory.rememberAll(canaryTenant, answered)
  const read = async (): Promise<ReadonlyMap<string, string>> =>
    new Map(await Promise.all(paths.map(async (path) => [path, await ask.get(path)] as const)))
  for (const text of (await read()).values())
    if (text.startsWith('{')) memory.rememberAll(canaryTenant, JSON.parse(text.split('\n')[0] ?? ''))
  return { read }
}

interface Named {
  readonly subject: string
  readonly callgraphId: string
  readonly receiptId: string
}

function pathsOf({ subject, callgraphId, receiptId }: Named): string[] {
  const fact = `/signals/facts/${subject}`
  const graph = `/signals/callgraphs/${callgraphId}`
  return [
    '/signals/facts',
    fact,
    ...['states', 'runtime-facts', 'versions', 'replay-manifest', 'explain?target=main'].map(
      (part) => `${fact}/${part}`,
    ),
    '/signals/callgraphs',
    ...['', '/manifest', '/graph'].map((part) => graph + part),
    `/signals/unknowns/${subject}`,
    `/signals/receipts/${receiptId}`,
    '/signals/events?limit=200',
    '/signals/events/dead-letters',
  ]
}

function asking(url: string, token: string) {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', prefer: 'wait=30' }
  const answered = async (path: string, init: RequestInit): Promise<string> => {
    const response = await fetch(url + path, { ...init, headers })
    const text = await response.text()
    if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`)
    return text
  }
  return {
    get: async (path: string) => await answered(path, {}),
    post: async (path: string, body: string) =>
      JSON.parse(await answered(path, { method: 'POST', body })) as Readonly<Record<string, unknown>>,
  }
}

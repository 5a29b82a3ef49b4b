import type { FactUpdated } from '../../src/events/fact-updated.ts'

/** A client that remembers what was acknowledged: the only witness that counts after a crash. */
export class EvidenceClient {
  readonly acknowledged = new Set<string>()
  readonly callgraphId: string
  readonly subject: string

  constructor(options: { readonly callgraphId: string; readonly subject: string }) {
    this.callgraphId = options.callgraphId
    this.subject = options.subject
  }

  /** Posts a batch under its key, as often as needed; false when the service died before it answered. */
  async post(url: string, key: string, symbols: readonly string[]): Promise<boolean> {
    const query = new URLSearchParams({ callgraphId: this.callgraphId, scanId: this.subject })
    const body = symbols.map((symbolId) => JSON.stringify({ symbolId, observedAt: '2026-11-20T12:00:00Z' })).join('\n')
    const response = await fetch(`${url}/signals/runtime-facts/ndjson?${query}`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson', 'idempotency-key': key },
      body,
    }).catch(() => undefined)
    if (!response) return false
    if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`)
    // Read before it counts: headers alone are an answer too, but a cut one might be taken for none.
    await response.text().catch(() => undefined)
    this.acknowledged.add(key)
    return true
  }
}

export interface PostedGraph {
  readonly callgraphId: string
}

export async function postSmallGraph(url: string, subject: string): Promise<PostedGraph> {
  const graph = { nodes: ['main', 'a', 'b', 'c'].map((id) => ({ id, name: id })), edges: [['main', 'a'], ['a', 'b']].map(([from, to]) => ({ from, to })) }
  const query = new URLSearchParams({ language: 'node', component: 'crash', version: '1', scanId: subject, target: 'b' })
  const response = await fetch(`${url}/signals/callgraphs?${query}`, {
    method: 'POST',
    headers: { prefer: 'wait=30' },
    body: JSON.stringify(graph),
  })
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`)
  return (await response.json()) as PostedGraph
}

export interface SettledFact {
  readonly hits: ReadonlyMap<string, number>
  readonly version: number
}

/** The fact once nothing of its subject waits any more. */
export async function settledFact(url: string, subject: string): Promise<SettledFact> {
  for (;;) {
    const response = await fetch(`${url}/signals/facts/${encodeURIComponent(subject)}`)
    if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`)
    const fact = (await response.json()) as {
      runtimeFacts: { symbolId: string; hitCount: number }[]
      metadata: Record<string, string>
    }
    if ((response.headers.get('signals-pending') ?? '0') === '0') {
      const hits = new Map(fact.runtimeFacts.map(({ symbolId, hitCount }) => [symbolId, hitCount]))
      return { hits, version: Number(fact.metadata['fact.version']) }
    }
  }
}

/** The versions that the event log tells of a subject, in its order, each event once; waits until `version` is there. */
export async function relayedVersions(url: string, subject: string, version: number): Promise<number[]> {
  for (;;) {
    const events = await allEvents(url)
    const own = events.filter(({ subject_key }) => subject_key === subject)
    const distinct = new Map(own.map((event) => [event.event_id, event.fact_version]))
    const versions = [...distinct.values()]
    if (versions.includes(version)) return versions
  }
}

async function allEvents(url: string): Promise<FactUpdated[]> {
  const events: FactUpdated[] = []
  let after = ''
  for (;;) {
    const response = await fetch(`${url}/signals/events?limit=200${after}`)
    const page = (await response.json()) as { items: FactUpdated[]; nextCursor?: string }
    if (page.items.length === 0 || page.nextCursor === undefined) return events
    events.push(...page.items)
    after = `&after=${encodeURIComponent(page.nextCursor)}`
  }
}

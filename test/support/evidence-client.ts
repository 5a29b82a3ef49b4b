import type { FactUpdated } from '../../src/events/fact-updated.ts'
import { EventFollower } from './event-follower.ts'

export interface PostedBatch {
  readonly key: string
  readonly symbols: readonly string[]
  /** Answered when the fact holds the batch. */
  readonly isAwaited?: boolean
}

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
  async post(url: string, batch: PostedBatch): Promise<boolean> {
    const response = await this.send(url, batch).catch(() => undefined)
    if (!response) return false
    if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`)
    // The status alone is the promise: whether the rest of the answer arrives makes no difference.
    this.acknowledged.add(batch.key)
    await response.text().catch(() => undefined)
    return true
  }

  async send(url: string, { key, symbols, isAwaited = false }: PostedBatch): Promise<Response> {
    const query = new URLSearchParams({ callgraphId: this.callgraphId, scanId: this.subject })
    return await fetch(`${url}/signals/runtime-facts/ndjson?${query.toString()}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-ndjson',
        'idempotency-key': key,
        ...(isAwaited && { prefer: 'wait=30' }),
      },
      body: linesOf(symbols),
    })
  }
}

export function linesOf(symbols: readonly string[]): string {
  return symbols.map((symbolId) => JSON.stringify({ symbolId, observedAt: '2026-11-20T12:00:00Z' })).join('\n')
}

export interface PostedGraph {
  readonly callgraphId: string
  readonly status: string
}

/** `main` calls `a`, which calls `b`; `c` stands alone. */
export async function postSmallGraph(url: string, subject: string, component = 'small'): Promise<PostedGraph> {
  const graph = {
    nodes: ['main', 'a', 'b', 'c'].map((id) => ({ id, name: id })),
    edges: [
      { from: 'main', to: 'a' },
      { from: 'a', to: 'b' },
    ],
  }
  const query = new URLSearchParams({
    language: 'node',
    component,
    version: '1',
    scanId: subject,
    target: 'b',
  })
  const response = await fetch(`${url}/signals/callgraphs?${query.toString()}`, {
    method: 'POST',
    headers: { prefer: 'wait=30' },
    body: JSON.stringify(graph),
  })
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`)
  return (await response.json()) as PostedGraph
}

export interface ReadFact {
  readonly hits: Readonly<Record<string, number>>
  readonly version: number
  readonly digest: string
  readonly etag: string
  readonly pending: number
  readonly text: string
}

export async function readFact(url: string, subject: string): Promise<ReadFact> {
  const response = await fetch(`${url}/signals/facts/${encodeURIComponent(subject)}`)
  const text = await response.text()
  if (!response.ok) throw new Error(`${response.status}: ${text}`)
  const fact = JSON.parse(text) as {
    runtimeFacts: { symbolId: string; hitCount: number }[]
    metadata: Record<string, string>
  }
  return {
    hits: Object.fromEntries(fact.runtimeFacts.map(({ symbolId, hitCount }) => [symbolId, hitCount])),
    version: Number(fact.metadata['fact.version']),
    digest: String(fact.metadata['fact.digest']),
    etag: String(response.headers.get('etag')),
    pending: Number(response.headers.get('signals-pending')),
    text,
  }
}

/** The versions that the event log tells of a subject, in its order, each event once; waits until `version` is there. */
export async function relayedVersions(url: string, subject: string, version: number): Promise<number[]> {
  await using follower = await EventFollower.open(url)
  const events = await follower.until(subject, (own) => versionsOf(own).includes(version))
  return versionsOf(events)
}

export function versionsOf(events: readonly FactUpdated[]): number[] {
  return events.map(({ fact_version }) => fact_version)
}

export function versionsUpTo(version: number): number[] {
  return Array.from({ length: version }, (_, position) => position + 1)
}

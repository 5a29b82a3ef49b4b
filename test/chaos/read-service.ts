import { setTimeout as pause } from 'node:timers/promises'
import type { ObservedEvent, ObservedFact } from './observed.ts'

type Json = Readonly<Record<string, unknown>>

/** Until all is folded and relayed. What stands still for so long is stuck, and is told instead of waited for. */
export async function settled(url: string, patienceMs = 180_000): Promise<void> {
  let last = ''
  let lastChange = performance.now()
  for (;;) {
    const { pendingEvidence, unrelayedEvents } = (await getJson(url, '/status'))['instance'] as Json
    if (pendingEvidence === 0 && unrelayedEvents === 0) return
    const left = `${String(pendingEvidence)} pieces of evidence to fold and ${String(unrelayedEvents)} events to relay`
    if (left !== last) lastChange = performance.now()
    last = left
    if (performance.now() - lastChange > patienceMs) throw new Error(`stuck for ${patienceMs / 1000} s with ${left}`)
    await pause(200)
  }
}

export async function readFacts(url: string, subjects: readonly string[]): Promise<Map<string, ObservedFact>> {
  const facts = new Map<string, ObservedFact>()
  for (const subject of subjects) facts.set(subject, await readFact(url, subject))
  return facts
}

async function readFact(url: string, subject: string): Promise<ObservedFact> {
  const response = await fetch(`${url}/signals/facts/${subject}`)
  if (!response.ok) throw new Error(`the fact of ${subject}: ${response.status}`)
  const { metadata } = (await response.json()) as { metadata: Readonly<Record<string, string>> }
  const hits = new Map<string, number>()
  for await (const { symbolId, hitCount } of pages(url, `/signals/facts/${subject}/runtime-facts`)) {
    hits.set(String(symbolId), (hits.get(String(symbolId)) ?? 0) + Number(hitCount))
  }
  return {
    version: Number(metadata['fact.version']),
    digest: String(metadata['fact.digest']),
    pending: Number(response.headers.get('signals-pending')),
    hits,
  }
}

export async function readEventLog(url: string): Promise<ObservedEvent[]> {
  const events: ObservedEvent[] = []
  for await (const event of pages(url, '/signals/events')) events.push(observedEvent(event))
  return events
}

export function observedEvent({ event_id, subject_key, fact_version, digest }: Json): ObservedEvent {
  return {
    eventId: String(event_id),
    subject: String(subject_key),
    version: Number(fact_version),
    digest: String(digest),
  }
}

async function* pages(url: string, path: string): AsyncGenerator<Json> {
  for (let cursor = ''; ; ) {
    const { items, nextCursor } = await getJson(url, `${path}?limit=200${cursor}`)
    yield* items as Json[]
    if (typeof nextCursor !== 'string') return
    cursor = `&cursor=${encodeURIComponent(nextCursor)}`
  }
}

async function getJson(url: string, path: string): Promise<Json> {
  const response = await fetch(`${url}${path}`)
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
  return (await response.json()) as Json
}

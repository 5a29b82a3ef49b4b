import type { Binary } from 'mongodb'
import type { FactFigures, SlimEvent } from '../events/outbox.ts'
import type { Digest } from '../identifiers/digest.ts'
import type { Tenant } from '../identifiers/tenant.ts'
import { storeError } from '../lib/store-errors.ts'
import { ordinalText } from '../mongo/ordinal-text.ts'
import { bytesOf, type StoredText, type TextStore } from '../mongo/stored-text.ts'
import type { FactSummary } from './fact.ts'
import type { FactLedger } from './fact-ledger.ts'
import type { FactRow, StoredFact } from './fact-row.ts'

/** One subject, one document: a compare-and-set of it saves everything, without a transaction. */
export interface FactDocument {
  readonly tenant: Tenant
  readonly subjectKey: string
  /** Sorts as UTF-16. */
  readonly subjectOrder: string
  readonly revision: number
  readonly version: number
  readonly aliases: readonly string[]
  readonly folded: readonly string[]
  readonly events: readonly Omit<SlimEvent, 'figures'>[]
  /** Absent when nothing waits for the relay. */
  readonly oldestEventAt?: string
  /** By the event's id. Those of pulled events stay until the next save. */
  readonly figures: StoredText
  readonly remembered: StoredText
  readonly fact?: ToldFact
}

/** What lists filter by, and the two that are read as they are. */
interface ToldFact {
  readonly digest: Digest
  readonly computedAt: string
  readonly score: number
  readonly buckets: readonly string[]
  readonly verdicts: readonly string[]
  readonly callgraphIds: readonly string[]
  readonly summary: string
  readonly body?: Buffer | Binary
}

interface Remembered {
  readonly ledger: FactLedger
  readonly metadata?: StoredFact['metadata']
}

type FiguresById = Readonly<Record<string, FactFigures>>

// With a body of 256 KiB and 500 events a document stays below the 2 MiB that `Documents` takes.
const maxInline = { remembered: 512 * 1024, figures: 256 * 1024 }

export async function factDocumentOf(texts: TextStore, row: FactRow): Promise<FactDocument> {
  const { tenant, subjectKey, revision, version, aliases, folded, ledger, fact } = row
  const figures = Object.fromEntries(row.events.map((event) => [event.id, event.figures]))
  const remembered: Remembered = { ledger, ...(fact && { metadata: fact.metadata }) }
  const [oldest] = row.events
  return {
    tenant,
    subjectKey,
    subjectOrder: ordinalText(subjectKey),
    revision,
    version,
    aliases,
    folded,
    events: row.events.map(({ figures: _figures, ...slim }) => slim),
    ...(oldest && { oldestEventAt: oldest.time }),
    figures: await texts.put(tenant, figures, maxInline.figures),
    remembered: await texts.put(tenant, remembered, maxInline.remembered),
    ...(fact && { fact: toldFactOf(fact) }),
  }
}

function toldFactOf({ digest, computedAt, summary, body }: StoredFact): ToldFact {
  const { score, buckets, verdicts, verdict, callgraphIds } = summary
  return {
    digest,
    computedAt,
    score,
    buckets,
    verdicts: [...verdicts, verdict],
    callgraphIds,
    summary: JSON.stringify(summary),
    ...(body && { body }),
  }
}

/** Undefined when the document was replaced since it was read. */
export async function factRowOf(texts: TextStore, document: FactDocument): Promise<FactRow | undefined> {
  const { tenant, subjectKey, revision, version, aliases, folded, fact } = document
  const [remembered, events] = await Promise.all([
    texts.get<Remembered>(tenant, document.remembered),
    eventsOf(texts, document),
  ])
  if (!remembered || !events) return undefined
  const { ledger, metadata } = remembered
  const stored = fact && { fact: storedFactOf(fact, metadata ?? {}) }
  return { tenant, subjectKey, revision, version, aliases, ledger, folded, events, ...stored }
}

export async function eventsOf(
  texts: TextStore,
  { tenant, events, figures }: Pick<FactDocument, 'tenant' | 'events' | 'figures'>,
): Promise<SlimEvent[] | undefined> {
  const byId = await texts.get<FiguresById>(tenant, figures)
  if (!byId) return undefined
  return events.map((event) => ({ ...event, figures: figuresOf(byId, event.id) }))
}

function figuresOf(byId: FiguresById, eventId: string): FactFigures {
  const figures = byId[eventId]
  if (!figures) throw storeError('STORE_REFUSED', 'an event has lost its figures')
  return figures
}

function storedFactOf({ digest, computedAt, summary, body }: ToldFact, metadata: StoredFact['metadata']): StoredFact {
  return { digest, computedAt, summary: summaryOf(summary), metadata, ...(body && { body: bytesOf(body) }) }
}

export function summaryOf(summary: string): FactSummary {
  return JSON.parse(summary) as FactSummary
}

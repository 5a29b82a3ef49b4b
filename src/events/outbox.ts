import type { Tenant } from '../identifiers/tenant.ts'
import type { FactChange, FactUpdatedSummary } from './fact-updated.ts'

/** An event as it waits in the row of its fact: what cannot be read again from the fact of its version. */
export interface SlimEvent {
  readonly id: string
  readonly version: number
  readonly digest: `sha256:${string}`
  readonly time: string
  readonly change: FactChange
  /** The figures of that version: the row moves on, and the fact's body does not hold them all. */
  readonly figures: FactFigures
  readonly traceId?: string
  readonly spanId?: string
  /** Its subject was erased before it was told: nothing is left to be told but that there was this version. */
  readonly erased?: true
}

export type FactFigures = Omit<FactUpdatedSummary, 'targets' | 'analysisIds' | 'change' | 'computedAt' | 'erased'>

/** The un-relayed events of one fact, in order of version. */
export interface OutboxEntry {
  readonly tenant: Tenant
  readonly subjectKey: string
  readonly revision: number
  readonly events: readonly SlimEvent[]
}

/** A fact with un-relayed events, before they are read. */
export interface WaitingSubject {
  readonly tenant: Tenant
  readonly subjectKey: string
  readonly oldestEventAt: string
}

/** What the relay needs of the fact store. Part of the fact repository's contract suite. */
export interface Outbox {
  /** Of those that have waited longest, `limit` at most, the wanted ones: only these are read. */
  unrelayed(limit: number, isWanted?: (waiting: WaitingSubject) => boolean): Promise<OutboxEntry[]>
  /** Takes exactly these events out of the row; ids that are gone are no error. Durable when it resolves. */
  pull(tenant: Tenant, subjectKey: string, eventIds: readonly string[]): Promise<void>
  /** Count and oldest time of what waits, for `/status`. */
  backlog(): Promise<{ readonly events: number; readonly oldest?: string }>
}

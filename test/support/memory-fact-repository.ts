import type { OutboxEntry, WaitingSubject } from '../../src/events/outbox.ts'
import type { FactSummary } from '../../src/facts/fact.ts'
import type { FactFilter, FactRepository } from '../../src/facts/fact-repository.ts'
import type { FactRow } from '../../src/facts/fact-row.ts'
import type { Tenant } from '../../src/identifiers/tenant.ts'
import { compareOrdinal } from '../../src/lib/ordinal.ts'

/** A fact repository that keeps the port's promises, except that it forgets everything with the process. */
export class MemoryFactRepository implements FactRepository {
  readonly #rows = new Map<string, FactRow>()
  readonly #leases = new Map<string, { readonly owner: string; readonly untilMs: number }>()

  async find(tenant: Tenant, subjectKey: string): Promise<FactRow | undefined> {
    return this.#rows.get(keyOf(tenant, subjectKey))
  }

  async peek(tenant: Tenant, subjectKey: string): Promise<FactRow | undefined> {
    return await this.find(tenant, subjectKey)
  }

  async revisionOf(tenant: Tenant, subjectKey: string): Promise<number | undefined> {
    return this.#rows.get(keyOf(tenant, subjectKey))?.revision
  }

  async findByAlias(tenant: Tenant, alias: string): Promise<string[]> {
    const named = this.#of(tenant).filter(({ aliases }) => aliases.includes(alias))
    return named.slice(0, 20).map(({ subjectKey }) => subjectKey)
  }

  async save(row: FactRow): Promise<'saved' | 'conflict'> {
    const key = keyOf(row.tenant, row.subjectKey)
    if ((this.#rows.get(key)?.revision ?? 0) !== row.revision - 1) return 'conflict'
    this.#rows.set(key, row)
    return 'saved'
  }

  async lease(tenant: Tenant, subjectKey: string, owner: string, untilMs: number, nowMs: number): Promise<boolean> {
    const key = keyOf(tenant, subjectKey)
    const held = this.#leases.get(key)
    if (held && held.owner !== owner && held.untilMs > nowMs) return false
    this.#leases.set(key, { owner, untilMs })
    return true
  }

  async release(tenant: Tenant, subjectKey: string, owner: string): Promise<void> {
    const key = keyOf(tenant, subjectKey)
    if (this.#leases.get(key)?.owner === owner) this.#leases.delete(key)
  }

  async list(tenant: Tenant, filter: FactFilter, after: string | undefined, limit: number): Promise<FactSummary[]> {
    const summaries = this.#of(tenant).flatMap(({ fact }) => (fact ? [fact.summary] : []))
    const behind = summaries.filter(({ subjectKey }) => after === undefined || compareOrdinal(subjectKey, after) > 0)
    return behind.filter((summary) => isWanted(summary, filter)).slice(0, limit)
  }

  async countFacts(tenant: Tenant): Promise<number> {
    return this.#of(tenant).filter(({ fact }) => fact).length
  }

  async unrelayed(limit: number, isWanted: (waiting: WaitingSubject) => boolean = () => true): Promise<OutboxEntry[]> {
    const entries = [...this.#rows.values()].filter(({ events }) => events.length > 0)
    const oldestFirst = entries.sort((one, other) => compareOrdinal(one.events[0]!.time, other.events[0]!.time))
    return oldestFirst
      .slice(0, limit)
      .filter((entry) =>
        isWanted({ tenant: entry.tenant, subjectKey: entry.subjectKey, oldestEventAt: entry.events[0]!.time }),
      )
      .map(({ tenant, subjectKey, revision, events }) => ({ tenant, subjectKey, revision, events }))
  }

  async pull(tenant: Tenant, subjectKey: string, eventIds: readonly string[]): Promise<void> {
    // Read and written in one turn: a save that races is told apart by the revision.
    const row = this.#rows.get(keyOf(tenant, subjectKey))
    const events = row?.events.filter(({ id }) => !eventIds.includes(id)) ?? []
    if (!row || events.length === row.events.length) return
    this.#rows.set(keyOf(tenant, subjectKey), { ...row, revision: row.revision + 1, events })
  }

  async backlog(): Promise<{ events: number; oldest?: string }> {
    const times = [...this.#rows.values()].flatMap(({ events }) => events.map(({ time }) => time)).sort()
    const [oldest] = times
    return { events: times.length, ...(oldest !== undefined && { oldest }) }
  }

  #of(tenant: Tenant): FactRow[] {
    const own = [...this.#rows.values()].filter((row) => row.tenant === tenant)
    return own.sort((one, other) => compareOrdinal(one.subjectKey, other.subjectKey))
  }
}

function isWanted(summary: FactSummary, filter: FactFilter): boolean {
  const { callgraphId, bucket, verdict, minScore, updatedAfter } = filter
  return (
    (callgraphId === undefined || summary.callgraphIds.includes(callgraphId)) &&
    (bucket === undefined || summary.buckets.some((each) => each === bucket)) &&
    (verdict === undefined || summary.verdict === verdict || summary.verdicts.includes(verdict)) &&
    (minScore === undefined || summary.score >= minScore) &&
    (updatedAfter === undefined || summary.computedAt > updatedAfter)
  )
}

function keyOf(tenant: Tenant, subjectKey: string): string {
  return `${tenant}\0${subjectKey}`
}

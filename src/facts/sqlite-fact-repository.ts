import type { OutboxEntry, WaitingSubject } from '../events/outbox.ts'
import type { Tenant } from '../identifiers/tenant.ts'
import { jsonOf, numberOf, optionalText, ordinalBytes, tenantOf, textOf } from '../sqlite/column.ts'
import type { SqliteConnections } from '../sqlite/open-sqlite.ts'
import { RememberedRead } from '../sqlite/remembered-read.ts'
import type { Row, SqlValue } from '../sqlite/write-unit.ts'
import type { FactSummary } from './fact.ts'
import type { FactFilter, FactRepository } from './fact-repository.ts'
import type { FactRow } from './fact-row.ts'
import { factRowOf, savingStatements } from './sqlite-fact-row.ts'

const selectFact = 'SELECT * FROM facts WHERE tenant = ? AND subject_key = ?'

const selectRevision = 'SELECT revision FROM facts WHERE tenant = ? AND subject_key = ?'

const selectByAlias = `
  SELECT subject_key FROM fact_links WHERE tenant = ? AND kind = 'alias' AND value = ? ORDER BY subject_order LIMIT 20`

// What was erased has its last version and no fact.
const hasFact = 'version > 0 AND digest IS NOT NULL'

const selectSummaries = `SELECT summary FROM facts WHERE tenant = ?1 AND ${hasFact}`

const countFacts = `SELECT count(*) AS facts FROM facts WHERE tenant = ? AND ${hasFact}`

const upsertLease = `
  INSERT INTO fold_leases (tenant, subject_key, owner, until_ms) VALUES (?, ?, ?, ?)
  ON CONFLICT (tenant, subject_key) DO UPDATE SET owner = excluded.owner, until_ms = excluded.until_ms
  WHERE owner = excluded.owner OR until_ms <= ?`

const deleteLease = 'DELETE FROM fold_leases WHERE tenant = ? AND subject_key = ? AND owner = ?'

const selectUnrelayed = `
  SELECT tenant, subject_key, oldest_event_at FROM facts
  WHERE oldest_event_at IS NOT NULL ORDER BY oldest_event_at LIMIT ?`

const selectEvents = 'SELECT revision, events FROM facts WHERE tenant = ? AND subject_key = ?'

const selectBacklog = `
  SELECT coalesce(sum(json_array_length(events)), 0) AS waiting, min(oldest_event_at) AS oldest
  FROM facts WHERE oldest_event_at IS NOT NULL`

// Pulling nothing must not raise the revision: it would cost a fold its compare-and-set.
const pullEvents = `
  UPDATE facts SET revision = revision + 1, events = (
    SELECT json_group_array(json(value) ORDER BY key) FROM json_each(facts.events)
    WHERE value ->> 'id' NOT IN (SELECT value FROM json_each(?3)))
  WHERE tenant = ?1 AND subject_key = ?2 AND EXISTS (
    SELECT 1 FROM json_each(facts.events) WHERE value ->> 'id' IN (SELECT value FROM json_each(?3)))`

export class SqliteFactRepository implements FactRepository {
  readonly #sqlite: SqliteConnections
  readonly #revisions: RememberedRead

  constructor(sqlite: SqliteConnections) {
    this.#sqlite = sqlite
    this.#revisions = new RememberedRead(sqlite.reader, selectRevision)
  }

  async find(tenant: Tenant, subjectKey: string): Promise<FactRow | undefined> {
    const row = this.#sqlite.reader.first(selectFact, [tenant, subjectKey])
    return row && factRowOf(row)
  }

  /** Here all that can be seen is durable. */
  async peek(tenant: Tenant, subjectKey: string): Promise<FactRow | undefined> {
    return await this.find(tenant, subjectKey)
  }

  async revisionOf(tenant: Tenant, subjectKey: string): Promise<number | undefined> {
    const row = await this.#revisions.first([tenant, subjectKey])
    return row && numberOf(row, 'revision')
  }

  async findByAlias(tenant: Tenant, alias: string): Promise<string[]> {
    return this.#sqlite.reader.all(selectByAlias, [tenant, alias]).map((row) => textOf(row, 'subject_key'))
  }

  async save(row: FactRow): Promise<'saved' | 'conflict'> {
    const { status } = await this.#sqlite.writer.write({ statements: savingStatements(row) })
    return status === 'committed' ? 'saved' : 'conflict'
  }

  async lease(tenant: Tenant, subjectKey: string, owner: string, untilMs: number, nowMs: number): Promise<boolean> {
    const taking = { sql: upsertLease, params: [tenant, subjectKey, owner, untilMs, nowMs], expectChanges: 1 }
    return (await this.#sqlite.writer.write({ statements: [taking] })).status === 'committed'
  }

  async release(tenant: Tenant, subjectKey: string, owner: string): Promise<void> {
    await this.#sqlite.writer.write({ statements: [{ sql: deleteLease, params: [tenant, subjectKey, owner] }] })
  }

  async list(tenant: Tenant, filter: FactFilter, after: string | undefined, limit: number): Promise<FactSummary[]> {
    const wanted = conditionsOf(filter, after)
    const where = wanted.map(({ sql }) => ` AND ${sql}`).join('')
    const params = [tenant, ...wanted.map(({ value }) => value), limit]
    const rows = this.#sqlite.reader.all(`${selectSummaries}${where} ORDER BY subject_order LIMIT ?`, params)
    return rows.map((row) => jsonOf(row, 'summary'))
  }

  async countFacts(tenant: Tenant): Promise<number> {
    const row = this.#sqlite.reader.first(countFacts, [tenant])
    return row ? numberOf(row, 'facts') : 0
  }

  async unrelayed(limit: number, isWanted: (waiting: WaitingSubject) => boolean = () => true): Promise<OutboxEntry[]> {
    const waiting = this.#sqlite.reader.all(selectUnrelayed, [limit]).map(waitingSubjectOf)
    return waiting.filter(isWanted).flatMap(({ tenant, subjectKey }) => this.#entryOf(tenant, subjectKey))
  }

  async pull(tenant: Tenant, subjectKey: string, eventIds: readonly string[]): Promise<void> {
    const params = [tenant, subjectKey, JSON.stringify(eventIds)]
    await this.#sqlite.writer.write({ statements: [{ sql: pullEvents, params }] })
  }

  async backlog(): Promise<{ events: number; oldest?: string }> {
    const row = this.#sqlite.reader.first(selectBacklog, [])
    const oldest = row && optionalText(row, 'oldest')
    return { events: row ? numberOf(row, 'waiting') : 0, ...(oldest !== undefined && { oldest }) }
  }

  /** None when another process relayed it meanwhile. */
  #entryOf(tenant: Tenant, subjectKey: string): OutboxEntry[] {
    const row = this.#sqlite.reader.first(selectEvents, [tenant, subjectKey])
    const events = row ? jsonOf<OutboxEntry['events']>(row, 'events') : []
    return row && events.length > 0 ? [{ tenant, subjectKey, revision: numberOf(row, 'revision'), events }] : []
  }
}

function waitingSubjectOf(row: Row): WaitingSubject {
  return {
    tenant: tenantOf(row),
    subjectKey: textOf(row, 'subject_key'),
    oldestEventAt: textOf(row, 'oldest_event_at'),
  }
}

interface Condition {
  readonly sql: string
  readonly value: SqlValue
}

// A JSON array of plain words has a word in it exactly when it has it in quotes.
function conditionsOf(filter: FactFilter, after: string | undefined): Condition[] {
  const { callgraphId, bucket, verdict, minScore, updatedAfter } = filter
  const possible: { sql: string; value: SqlValue | undefined }[] = [
    { sql: hasCallgraph, value: callgraphId },
    { sql: 'instr(buckets, ?) > 0', value: bucket && JSON.stringify(bucket) },
    { sql: 'instr(verdicts, ?) > 0', value: verdict && JSON.stringify(verdict) },
    { sql: 'score >= ?', value: minScore },
    { sql: 'computed_at > ?', value: updatedAfter },
    { sql: 'subject_order > ?', value: after === undefined ? undefined : ordinalBytes(after) },
  ]
  return possible.filter((condition): condition is Condition => condition.value !== undefined)
}

const hasCallgraph = `subject_order IN (
  SELECT subject_order FROM fact_links WHERE tenant = ?1 AND kind = 'callgraphId' AND value = ?)`

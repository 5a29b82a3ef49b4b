import type { Tenant } from '../identifiers/tenant.ts'
import { jsonOf, numberOf, optionalNumber, optionalText, tenantOf, textOf } from '../sqlite/column.ts'
import type { SqliteConnections } from '../sqlite/open-sqlite.ts'
import { RememberedRead } from '../sqlite/remembered-read.ts'
import type { Row, SqlValue, WriteStatement } from '../sqlite/write-unit.ts'
import type { Evidence, Receipt } from './evidence.ts'
import type { AppendOutcome, EvidenceQueue, HistoryQuery, PendingSubject, StoredReceipt } from './evidence-queue.ts'

const insertEvidence = `
  INSERT INTO evidence (tenant, id, subject_key, received_at, is_pending, claim_scope, claim_key, claim_fingerprint, receipt, content)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (tenant, claim_scope, claim_key) WHERE claim_key IS NOT NULL DO NOTHING`

const selectClaim = `
  SELECT claim_fingerprint, receipt FROM evidence WHERE tenant = ? AND claim_scope = ? AND claim_key = ?`

// Asked in the same transaction as the insert: only when that changed nothing is there an earlier claim to tell of.
const selectEarlierClaim = `${selectClaim} AND changes() = 0`

const selectReceipt = `
  SELECT receipt, subject_key, received_at, is_pending, fact_version FROM evidence WHERE tenant = ? AND id = ?`

const selectPending = `
  SELECT content, receipt FROM evidence
  WHERE tenant = ? AND subject_key = ? AND is_pending = 1 ORDER BY seq LIMIT ?`

// What was folded while there was no fact yet stands before its first version.
const selectHistory = `
  SELECT content, receipt FROM evidence
  WHERE tenant = ?1 AND subject_key = ?2 AND is_pending = 0 AND coalesce(fact_version, 0) <= ?3
    AND (coalesce(fact_version, 0), seq) > (
      SELECT coalesce(max(coalesce(fact_version, 0)), -1), coalesce(max(seq), 0) FROM evidence WHERE tenant = ?1 AND id = ?4)
  ORDER BY coalesce(fact_version, 0), seq LIMIT ?5`

const selectPendingSubjects = `
  SELECT tenant, subject_key FROM evidence WHERE is_pending = 1 AND received_at < ?
  GROUP BY tenant, subject_key ORDER BY min(seq) LIMIT ?`

const countPending = 'SELECT count(*) AS waiting FROM evidence WHERE is_pending = 1'

const updateFolded = `
  UPDATE evidence SET is_pending = 0, fact_version = ?
  WHERE tenant = ? AND is_pending = 1 AND id IN (SELECT value FROM json_each(?))`

const selectOfSubject = `
  SELECT content, receipt FROM evidence WHERE tenant = ? AND subject_key = ? AND id > ? ORDER BY id LIMIT ?`

const deleteEvidence = 'DELETE FROM evidence WHERE tenant = ? AND id IN (SELECT value FROM json_each(?))'

export class SqliteEvidenceQueue implements EvidenceQueue {
  readonly #sqlite: SqliteConnections
  readonly #pendingCounts: RememberedRead

  constructor(sqlite: SqliteConnections) {
    this.#sqlite = sqlite
    this.#pendingCounts = new RememberedRead(sqlite.reader, `${countPending} AND tenant = ? AND subject_key = ?`)
  }

  async append(evidence: Evidence): Promise<AppendOutcome> {
    const outcome = await this.#sqlite.writer.write({ statements: appending(evidence) })
    const earlier = outcome.status === 'committed' ? outcome.rows[1]?.[0] : undefined
    return earlier ? { status: 'claimed', ...claimOf(earlier) } : { status: 'appended' }
  }

  async findClaim(tenant: Tenant, scope: string, key: string): Promise<ReturnType<typeof claimOf> | undefined> {
    const row = this.#sqlite.reader.first(selectClaim, [tenant, scope, key])
    return row && claimOf(row)
  }

  async findReceipt(tenant: Tenant, receiptId: string): Promise<StoredReceipt | undefined> {
    const row = this.#sqlite.reader.first(selectReceipt, [tenant, receiptId])
    return row && storedReceiptOf(row)
  }

  async pending({ tenant, subjectKey }: PendingSubject, limit: number): Promise<Evidence[]> {
    const rows = this.#sqlite.reader.all(selectPending, [tenant, subjectKey, limit])
    return rows.map(evidenceOf)
  }

  async history({ tenant, subjectKey }: PendingSubject, { version, after, limit }: HistoryQuery): Promise<Evidence[]> {
    const params = [tenant, subjectKey, version, after ?? null, limit]
    return this.#sqlite.reader.all(selectHistory, params).map(evidenceOf)
  }

  async ofSubject({ tenant, subjectKey }: PendingSubject, after = '', limit: number): Promise<Evidence[]> {
    return this.#sqlite.reader.all(selectOfSubject, [tenant, subjectKey, after, limit]).map(evidenceOf)
  }

  async remove(tenant: Tenant, ids: readonly string[]): Promise<void> {
    await this.#sqlite.writer.write({ statements: [{ sql: deleteEvidence, params: [tenant, JSON.stringify(ids)] }] })
  }

  async countPending({ tenant, subjectKey }: PendingSubject): Promise<number> {
    return waitingOf(await this.#pendingCounts.first([tenant, subjectKey]))
  }

  async countAllPending(tenant?: Tenant): Promise<number> {
    return tenant === undefined
      ? this.#count(countPending, [])
      : this.#count(`${countPending} AND tenant = ?`, [tenant])
  }

  async pendingSubjects(receivedBefore: string, limit: number): Promise<PendingSubject[]> {
    const rows = this.#sqlite.reader.all(selectPendingSubjects, [receivedBefore, limit])
    return rows.map((row) => ({ tenant: tenantOf(row), subjectKey: textOf(row, 'subject_key') }))
  }

  async markFolded(tenant: Tenant, ids: readonly string[], factVersion: number | undefined): Promise<void> {
    const params = [factVersion ?? null, tenant, JSON.stringify(ids)]
    await this.#sqlite.writer.write({ statements: [{ sql: updateFolded, params }] })
  }

  #count(sql: string, params: readonly SqlValue[]): number {
    return waitingOf(this.#sqlite.reader.first(sql, params))
  }
}

function waitingOf(row: Row | undefined): number {
  return row ? numberOf(row, 'waiting') : 0
}

function appending({ receipt, ...content }: Evidence): WriteStatement[] {
  const { tenant, id, subjectKey, receivedAt, idempotency } = content
  const isPending = subjectKey === undefined ? 0 : 1
  const claim = [idempotency?.scope ?? null, idempotency?.key ?? null, idempotency?.fingerprint ?? null]
  const row = [tenant, id, subjectKey ?? null, receivedAt, isPending, ...claim]
  const insertion = { sql: insertEvidence, params: [...row, JSON.stringify(receipt), JSON.stringify(content)] }
  if (!idempotency) return [insertion]
  return [insertion, { sql: selectEarlierClaim, params: [tenant, idempotency.scope, idempotency.key] }]
}

function evidenceOf(row: Row): Evidence {
  return { ...jsonOf<Omit<Evidence, 'receipt'>>(row, 'content'), receipt: jsonOf(row, 'receipt') }
}

function claimOf(row: Row): { fingerprint: string; receipt: Receipt } {
  return { fingerprint: textOf(row, 'claim_fingerprint'), receipt: jsonOf(row, 'receipt') }
}

function storedReceiptOf(row: Row): StoredReceipt {
  const subjectKey = optionalText(row, 'subject_key')
  const factVersion = optionalNumber(row, 'fact_version')
  return {
    receipt: jsonOf(row, 'receipt'),
    receivedAt: textOf(row, 'received_at'),
    state: numberOf(row, 'is_pending') === 1 ? 'pending' : 'folded',
    ...(subjectKey !== undefined && { subjectKey }),
    ...(factVersion !== undefined && { factVersion }),
  }
}

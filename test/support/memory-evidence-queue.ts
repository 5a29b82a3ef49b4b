import type { Evidence } from '../../src/evidence/evidence.ts'
import type {
  AppendOutcome,
  EvidenceQueue,
  HistoryQuery,
  PendingSubject,
  StoredReceipt,
} from '../../src/evidence/evidence-queue.ts'
import type { Tenant } from '../../src/identifiers/tenant.ts'
import { compareOrdinal } from '../../src/lib/ordinal.ts'

/** An evidence queue that keeps the port's promises, except that it forgets everything with the process. */
export class MemoryEvidenceQueue implements EvidenceQueue {
  readonly rows: { evidence: Evidence; isFolded: boolean; factVersion?: number }[] = []

  async append(evidence: Evidence): Promise<AppendOutcome> {
    const { idempotency: claim, tenant } = evidence
    // Looked up and pushed in one turn: appends that race are told apart.
    const claimed = claim && this.#claimed(tenant, claim.scope, claim.key)
    if (claimed) return { status: 'claimed', ...claimed }
    this.rows.push({ evidence: structuredClone(evidence), isFolded: evidence.subjectKey === undefined })
    return { status: 'appended' }
  }

  async findClaim(tenant: Tenant, scope: string, key: string) {
    return this.#claimed(tenant, scope, key)
  }

  #claimed(tenant: Tenant, scope: string, key: string) {
    const row = this.rows.find(
      ({ evidence: { tenant: owner, idempotency } }) =>
        owner === tenant && idempotency?.scope === scope && idempotency.key === key,
    )
    const claim = row?.evidence.idempotency
    return row && claim && { fingerprint: claim.fingerprint, receipt: row.evidence.receipt }
  }

  async findReceipt(tenant: Tenant, receiptId: string): Promise<StoredReceipt | undefined> {
    const row = this.rows.find(({ evidence }) => evidence.tenant === tenant && evidence.id === receiptId)
    if (!row) return undefined
    const { receipt, subjectKey, receivedAt } = row.evidence
    return {
      receipt,
      receivedAt,
      state: row.isFolded ? 'folded' : 'pending',
      ...(subjectKey !== undefined && { subjectKey }),
      ...(row.factVersion !== undefined && { factVersion: row.factVersion }),
    }
  }

  async pending(subject: PendingSubject, limit: number): Promise<Evidence[]> {
    return this.#pendingOf(subject).slice(0, limit)
  }

  async ofSubject({ tenant, subjectKey }: PendingSubject, after = '', limit: number): Promise<Evidence[]> {
    const own = this.rows
      .map(({ evidence }) => evidence)
      .filter((evidence) => evidence.tenant === tenant && evidence.subjectKey === subjectKey && evidence.id > after)
    return own.sort((one, other) => compareOrdinal(one.id, other.id)).slice(0, limit)
  }

  async remove(tenant: Tenant, ids: readonly string[]): Promise<void> {
    const kept = this.rows.filter(({ evidence }) => evidence.tenant !== tenant || !ids.includes(evidence.id))
    this.rows.splice(0, this.rows.length, ...kept)
  }

  async countPending(subject: PendingSubject): Promise<number> {
    return this.#pendingOf(subject).length
  }

  async countAllPending(tenant?: Tenant): Promise<number> {
    const open = this.rows.filter(({ isFolded }) => !isFolded)
    return open.filter(({ evidence }) => tenant === undefined || evidence.tenant === tenant).length
  }

  async pendingSubjects(receivedBefore: string, limit: number): Promise<PendingSubject[]> {
    const found = new Map<string, PendingSubject>()
    for (const { evidence, isFolded } of this.rows) {
      const { tenant, subjectKey, receivedAt } = evidence
      if (isFolded || subjectKey === undefined || receivedAt >= receivedBefore) continue
      found.set(JSON.stringify([tenant, subjectKey]), { tenant, subjectKey })
    }
    return [...found.values()].slice(0, limit)
  }

  async history({ tenant, subjectKey }: PendingSubject, { version, after, limit }: HistoryQuery): Promise<Evidence[]> {
    const held = this.rows
      .filter(({ evidence }) => evidence.tenant === tenant && evidence.subjectKey === subjectKey)
      .filter(({ isFolded, factVersion = 0 }) => isFolded && factVersion <= version)
      .sort((one, other) => (one.factVersion ?? 0) - (other.factVersion ?? 0))
      .map(({ evidence }) => evidence)
    const start = after === undefined ? 0 : held.findIndex(({ id }) => id === after) + 1
    return held.slice(start, start + limit)
  }

  async markFolded(tenant: Tenant, ids: readonly string[], factVersion: number | undefined): Promise<void> {
    for (const row of this.rows) {
      if (row.isFolded || row.evidence.tenant !== tenant || !ids.includes(row.evidence.id)) continue
      row.isFolded = true
      if (factVersion !== undefined) row.factVersion = factVersion
    }
  }

  #pendingOf({ tenant, subjectKey }: PendingSubject): Evidence[] {
    const open = this.rows.filter(({ isFolded }) => !isFolded).map(({ evidence }) => evidence)
    return open.filter((evidence) => evidence.tenant === tenant && evidence.subjectKey === subjectKey)
  }
}

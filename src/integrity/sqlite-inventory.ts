import type { Evidence } from '../evidence/evidence.ts'
import type { Tenant } from '../identifiers/tenant.ts'
import { jsonOf, numberOf, optionalNumber, optionalText, tenantOf, textOf } from '../sqlite/column.ts'
import type { SqliteConnections } from '../sqlite/open-sqlite.ts'
import type { Row } from '../sqlite/write-unit.ts'
import type { InventoriedEvidence, Inventory } from './inventory.ts'

const tables = ['evidence', 'callgraphs', 'union_bundles', 'facts', 'events']
const selectTenants = tables.map((table) => `SELECT DISTINCT tenant FROM ${table}`).join(' UNION ')

// A subject's version in the same statement as its evidence: what was folded must be in it.
const selectEvidence = `
  SELECT id, subject_key, is_pending, fact_version, receipt, content,
    (SELECT version FROM facts AS fact WHERE fact.tenant = evidence.tenant AND fact.subject_key = evidence.subject_key)
      AS subject_version
  FROM evidence WHERE tenant = ? AND id > ? ORDER BY id LIMIT ?`

const selectSubjectKeys = `
  SELECT subject_key FROM facts WHERE tenant = ? AND subject_key > ? ORDER BY subject_key LIMIT ?`

const selectAnalysisIds = `
  SELECT analysis_id FROM union_bundles WHERE tenant = ? AND analysis_id > ? ORDER BY analysis_id LIMIT ?`

export class SqliteInventory implements Inventory {
  readonly #sqlite: SqliteConnections

  constructor(sqlite: SqliteConnections) {
    this.#sqlite = sqlite
  }

  async tenants(): Promise<Tenant[]> {
    return this.#sqlite.reader.all(`${selectTenants} ORDER BY tenant`, []).map(tenantOf)
  }

  async evidence(tenant: Tenant, after = '', limit: number): Promise<InventoriedEvidence[]> {
    return this.#sqlite.reader.all(selectEvidence, [tenant, after, limit]).map(evidenceOf)
  }

  async subjectKeys(tenant: Tenant, after = '', limit: number): Promise<string[]> {
    const rows = this.#sqlite.reader.all(selectSubjectKeys, [tenant, after, limit])
    return rows.map((row) => textOf(row, 'subject_key'))
  }

  async analysisIds(tenant: Tenant, after = '', limit: number): Promise<string[]> {
    const rows = this.#sqlite.reader.all(selectAnalysisIds, [tenant, after, limit])
    return rows.map((row) => textOf(row, 'analysis_id'))
  }
}

function evidenceOf(row: Row): InventoriedEvidence {
  const subjectKey = optionalText(row, 'subject_key')
  const factVersion = optionalNumber(row, 'fact_version')
  const subjectVersion = optionalNumber(row, 'subject_version')
  return {
    id: textOf(row, 'id'),
    state: numberOf(row, 'is_pending') === 1 ? 'pending' : 'folded',
    payload: jsonOf<Evidence>(row, 'content').payload,
    receipt: jsonOf(row, 'receipt'),
    ...(subjectKey !== undefined && { subjectKey }),
    ...(factVersion !== undefined && { factVersion }),
    ...(subjectVersion !== undefined && { subjectVersion }),
  }
}

import type { Tenant } from '../identifiers/tenant.ts'
import { storeError } from '../lib/store-errors.ts'
import { jsonOf, optionalText } from '../sqlite/column.ts'
import type { SqliteConnections } from '../sqlite/open-sqlite.ts'
import type { UnionBundleRecord } from './union-bundle-record.ts'
import type { UnionBundleRepository } from './union-bundle-repository.ts'

const insertBundle = `
  INSERT INTO union_bundles (tenant, analysis_id, content) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`

const completeBundle = `
  UPDATE union_bundles SET answer = ? WHERE tenant = ? AND analysis_id = ? AND answer IS NULL`

const updateBundle = 'UPDATE union_bundles SET content = ?, answer = ? WHERE tenant = ? AND analysis_id = ?'

const deleteBundle = 'DELETE FROM union_bundles WHERE tenant = ? AND analysis_id = ?'

export class SqliteUnionBundleRepository implements UnionBundleRepository {
  readonly #sqlite: SqliteConnections

  constructor(sqlite: SqliteConnections) {
    this.#sqlite = sqlite
  }

  async claim({ answer: _none, ...record }: UnionBundleRecord): Promise<UnionBundleRecord> {
    const { tenant, analysisId } = record
    const params = [tenant, analysisId, JSON.stringify(record)]
    await this.#sqlite.writer.write({ statements: [{ sql: insertBundle, params }] })
    const stored = await this.find(tenant, analysisId)
    if (stored) return stored
    throw storeError('STORE_UNAVAILABLE', 'a bundle is gone that was claimed a moment ago')
  }

  async complete(tenant: Tenant, analysisId: string, answer: Readonly<Record<string, unknown>>): Promise<void> {
    const params = [JSON.stringify(answer), tenant, analysisId]
    await this.#sqlite.writer.write({ statements: [{ sql: completeBundle, params }] })
  }

  async replace({ answer, ...record }: UnionBundleRecord): Promise<void> {
    const params = [JSON.stringify(record), JSON.stringify(answer), record.tenant, record.analysisId]
    await this.#sqlite.writer.write({ statements: [{ sql: updateBundle, params }] })
  }

  async remove(tenant: Tenant, analysisId: string): Promise<void> {
    await this.#sqlite.writer.write({ statements: [{ sql: deleteBundle, params: [tenant, analysisId] }] })
  }

  async find(tenant: Tenant, analysisId: string): Promise<UnionBundleRecord | undefined> {
    const sql = 'SELECT content, answer FROM union_bundles WHERE tenant = ? AND analysis_id = ?'
    const row = this.#sqlite.reader.first(sql, [tenant, analysisId])
    if (!row) return undefined
    const record = jsonOf<Omit<UnionBundleRecord, 'answer'>>(row, 'content')
    const isComplete = optionalText(row, 'answer') !== undefined
    return { ...record, ...(isComplete && { answer: jsonOf<NonNullable<UnionBundleRecord['answer']>>(row, 'answer') }) }
  }
}

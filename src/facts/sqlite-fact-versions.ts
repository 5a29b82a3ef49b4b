import type { PendingSubject } from '../evidence/evidence-queue.ts'
import type { Digest } from '../identifiers/digest.ts'
import { jsonOf } from '../sqlite/column.ts'
import type { SqliteConnections } from '../sqlite/open-sqlite.ts'
import type { FactVersion, FactVersions, SubjectVersion } from './fact-versions.ts'

const insertVersion = `
  INSERT INTO fact_versions (tenant, subject_key, version, digest, content) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT DO NOTHING`

const selectVersions = 'SELECT content FROM fact_versions WHERE tenant = ? AND subject_key = ?'

const deleteVersions = 'DELETE FROM fact_versions WHERE tenant = ? AND subject_key = ? AND version <= ?'

const anyVersion = Number.MAX_SAFE_INTEGER

export class SqliteFactVersions implements FactVersions {
  readonly #sqlite: SqliteConnections

  constructor(sqlite: SqliteConnections) {
    this.#sqlite = sqlite
  }

  async append(versions: readonly SubjectVersion[]): Promise<void> {
    const statements = versions.map(({ tenant, subjectKey, told }) => ({
      sql: insertVersion,
      params: [tenant, subjectKey, told.version, told.digest, JSON.stringify(told)],
    }))
    await this.#sqlite.writer.write({ statements })
  }

  async removeThrough({ tenant, subjectKey }: PendingSubject, version: number): Promise<void> {
    await this.#sqlite.writer.write({ statements: [{ sql: deleteVersions, params: [tenant, subjectKey, version] }] })
  }

  async page({ tenant, subjectKey }: PendingSubject, before = anyVersion, limit: number): Promise<FactVersion[]> {
    const sql = `${selectVersions} AND version < ? ORDER BY version DESC LIMIT ?`
    return this.#sqlite.reader.all(sql, [tenant, subjectKey, before, limit]).map((row) => jsonOf(row, 'content'))
  }

  async find({ tenant, subjectKey }: PendingSubject, version: number): Promise<FactVersion | undefined> {
    const row = this.#sqlite.reader.first(`${selectVersions} AND version = ?`, [tenant, subjectKey, version])
    return row && jsonOf(row, 'content')
  }

  async findByDigest({ tenant, subjectKey }: PendingSubject, digest: Digest): Promise<FactVersion | undefined> {
    const sql = `${selectVersions} AND digest = ? ORDER BY version DESC LIMIT 1`
    const row = this.#sqlite.reader.first(sql, [tenant, subjectKey, digest])
    return row && jsonOf(row, 'content')
  }
}

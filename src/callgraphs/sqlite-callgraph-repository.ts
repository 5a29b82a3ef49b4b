import type { Tenant } from '../identifiers/tenant.ts'
import { jsonOf } from '../sqlite/column.ts'
import type { SqliteConnections } from '../sqlite/open-sqlite.ts'
import type { Row, WriteStatement } from '../sqlite/write-unit.ts'
import type { CallgraphRecord } from './callgraph-record.ts'
import type { CallgraphFilter, CallgraphRepository } from './callgraph-repository.ts'

const insertCallgraph = `
  INSERT INTO callgraphs (tenant, callgraph_id, language, component, version, graph_hash, content)
  VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`

const insertLinks = `
  INSERT INTO callgraph_links (tenant, callgraph_id, kind, value)
  SELECT ?, ?, ?, value FROM json_each(?) WHERE true ON CONFLICT DO NOTHING`

const deleteSubjectLinks = "DELETE FROM callgraph_links WHERE tenant = ? AND kind = 'subjectKey' AND value = ?"

const deleteLinks = 'DELETE FROM callgraph_links WHERE tenant = ? AND callgraph_id = ?'

const deleteCallgraph = 'DELETE FROM callgraphs WHERE tenant = ? AND callgraph_id = ?'

const linked = (kind: string): string => `
  (SELECT json_group_array(value) FROM callgraph_links AS link
   WHERE link.tenant = graph.tenant AND link.callgraph_id = graph.callgraph_id AND link.kind = '${kind}')`

const selectCallgraphs = `
  SELECT content, ${linked('analysisId')} AS analysis_ids, ${linked('subjectKey')} AS subject_keys
  FROM callgraphs AS graph WHERE tenant = ?1`

const hasLink = (kind: string): string =>
  `callgraph_id IN (SELECT callgraph_id FROM callgraph_links WHERE tenant = ?1 AND kind = '${kind}' AND value = ?)`

const conditions: Readonly<Record<keyof CallgraphFilter, string>> = {
  language: 'language = ?',
  component: 'component = ?',
  version: 'version = ?',
  graphHash: 'graph_hash = ?',
  subjectKey: hasLink('subjectKey'),
  analysisId: hasLink('analysisId'),
}

export class SqliteCallgraphRepository implements CallgraphRepository {
  readonly #sqlite: SqliteConnections

  constructor(sqlite: SqliteConnections) {
    this.#sqlite = sqlite
  }

  async upsert(record: CallgraphRecord): Promise<'created' | 'unchanged'> {
    const outcome = await this.#sqlite.writer.write({ statements: upserting(record) })
    return outcome.status === 'committed' && outcome.changes[0] === 1 ? 'created' : 'unchanged'
  }

  async unlinkSubject(tenant: Tenant, subjectKey: string): Promise<void> {
    await this.#sqlite.writer.write({ statements: [{ sql: deleteSubjectLinks, params: [tenant, subjectKey] }] })
  }

  async remove(tenant: Tenant, callgraphId: string): Promise<void> {
    const statements = [deleteCallgraph, deleteLinks].map((sql) => ({ sql, params: [tenant, callgraphId] }))
    await this.#sqlite.writer.write({ statements })
  }

  async find(tenant: Tenant, callgraphId: string): Promise<CallgraphRecord | undefined> {
    const row = this.#sqlite.reader.first(`${selectCallgraphs} AND callgraph_id = ?`, [tenant, callgraphId])
    return row && recordOf(row)
  }

  async list(
    tenant: Tenant,
    filter: CallgraphFilter,
    after: string | undefined,
    limit: number,
  ): Promise<CallgraphRecord[]> {
    const wanted = [
      ...Object.entries(conditions).map(([name, sql]) => ({ sql, value: filter[name as keyof CallgraphFilter] })),
      { sql: 'callgraph_id > ?', value: after },
    ].filter((condition): condition is { sql: string; value: string } => condition.value !== undefined)
    const where = wanted.map(({ sql }) => ` AND ${sql}`).join('')
    const params = [tenant, ...wanted.map(({ value }) => value), limit]
    return this.#sqlite.reader.all(`${selectCallgraphs}${where} ORDER BY callgraph_id LIMIT ?`, params).map(recordOf)
  }
}

function upserting({ analysisIds, subjectKeys, ...content }: CallgraphRecord): WriteStatement[] {
  const { tenant, callgraphId, language, component, version, graphHash } = content
  const row = [tenant, callgraphId, language, component, version, graphHash, JSON.stringify(content)]
  return [
    { sql: insertCallgraph, params: row },
    { sql: insertLinks, params: [tenant, callgraphId, 'analysisId', JSON.stringify(analysisIds)] },
    { sql: insertLinks, params: [tenant, callgraphId, 'subjectKey', JSON.stringify(subjectKeys)] },
  ]
}

function recordOf(row: Row): CallgraphRecord {
  return {
    ...jsonOf<Omit<CallgraphRecord, 'analysisIds' | 'subjectKeys'>>(row, 'content'),
    analysisIds: jsonOf<string[]>(row, 'analysis_ids').sort(),
    subjectKeys: jsonOf<string[]>(row, 'subject_keys').sort(),
  }
}

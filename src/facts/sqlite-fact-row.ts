import {
  digestOf,
  jsonOf,
  jsonOrNull,
  numberOf,
  optionalBytes,
  optionalText,
  ordinalBytes,
  tenantOf,
  textOf,
} from '../sqlite/column.ts'
import type { Row, SqlValue, WriteStatement } from '../sqlite/write-unit.ts'
import type { FactRow, StoredFact } from './fact-row.ts'

const insertFact = `
  INSERT INTO facts (revision, version, score, computed_at, buckets, verdicts, digest, summary, events, folded, aliases,
    metadata, ledger, body, tenant, subject_key, subject_order)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT DO NOTHING`

const updateFact = `
  UPDATE facts SET revision = ?, version = ?, score = ?, computed_at = ?, buckets = ?, verdicts = ?, digest = ?,
    summary = ?, events = ?, folded = ?, aliases = ?, metadata = ?, ledger = ?, body = ?
  WHERE tenant = ? AND subject_key = ? AND revision = ?`

const deleteLinks = `
  DELETE FROM fact_links WHERE tenant = ? AND subject_key = ? AND kind = ? AND value NOT IN (SELECT value FROM json_each(?))`

const insertLinks = `
  INSERT INTO fact_links (tenant, subject_key, kind, subject_order, value)
  SELECT ?, ?, ?, ?, value FROM json_each(?) WHERE true ON CONFLICT DO NOTHING`

/** The row and its links in one unit, held by the compare-and-set of its first statement. */
export function savingStatements(row: FactRow): WriteStatement[] {
  return [
    compareAndSet(row),
    ...linkStatements(row, 'alias', row.aliases),
    ...linkStatements(row, 'callgraphId', row.fact?.summary.callgraphIds ?? []),
  ]
}

function compareAndSet(row: FactRow): WriteStatement {
  const { tenant, subjectKey, revision } = row
  const sets = [revision, row.version, ...factColumns(row)]
  if (revision === 1) {
    return { sql: insertFact, params: [...sets, tenant, subjectKey, ordinalBytes(subjectKey)], expectChanges: 1 }
  }
  return { sql: updateFact, params: [...sets, tenant, subjectKey, revision - 1], expectChanges: 1 }
}

function factColumns({ fact, events, folded, aliases, ledger }: FactRow): SqlValue[] {
  const { summary, computedAt, digest, metadata, body } = fact ?? {}
  const filters = [
    summary?.score ?? null,
    computedAt ?? null,
    jsonOrNull(summary?.buckets),
    jsonOrNull(summary && [...summary.verdicts, summary.verdict]),
  ]
  const told = [digest ?? null, jsonOrNull(summary)]
  const lists = [JSON.stringify(events), JSON.stringify(folded), JSON.stringify(aliases)]
  return [...filters, ...told, ...lists, jsonOrNull(metadata), JSON.stringify(ledger), body ?? null]
}

function linkStatements({ tenant, subjectKey }: FactRow, kind: string, values: readonly string[]): WriteStatement[] {
  const listed = JSON.stringify(values)
  return [
    { sql: deleteLinks, params: [tenant, subjectKey, kind, listed] },
    { sql: insertLinks, params: [tenant, subjectKey, kind, ordinalBytes(subjectKey), listed] },
  ]
}

export function factRowOf(row: Row): FactRow {
  const fact = storedFactOf(row)
  return {
    tenant: tenantOf(row),
    subjectKey: textOf(row, 'subject_key'),
    revision: numberOf(row, 'revision'),
    version: numberOf(row, 'version'),
    aliases: jsonOf(row, 'aliases'),
    ledger: jsonOf(row, 'ledger'),
    folded: jsonOf(row, 'folded'),
    events: jsonOf(row, 'events'),
    ...(fact && { fact }),
  }
}

function storedFactOf(row: Row): StoredFact | undefined {
  const computedAt = optionalText(row, 'computed_at')
  if (computedAt === undefined) return undefined
  const body = optionalBytes(row, 'body')
  return {
    digest: digestOf(row, 'digest'),
    computedAt,
    summary: jsonOf(row, 'summary'),
    metadata: jsonOf(row, 'metadata'),
    ...(body && { body }),
  }
}

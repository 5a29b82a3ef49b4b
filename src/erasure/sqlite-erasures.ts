import type { PendingSubject } from '../evidence/evidence-queue.ts'
import type { Tenant } from '../identifiers/tenant.ts'
import { jsonOf, optionalNumber } from '../sqlite/column.ts'
import type { SqliteConnections } from '../sqlite/open-sqlite.ts'
import { type Erasure, hasLeft } from './erasure.ts'
import type { ErasureScope, Erasures, Hold } from './erasures.ts'

const insertErasure = `
  INSERT INTO erasures (tenant, id, subject_key, plan_digest, version, is_running, is_open, content)
  VALUES (?, ?, ?, ?, ?, 1, 1, ?)`

const endEarlier = `
  UPDATE erasures SET is_running = 0, is_open = 0, content = json_set(content, '$.left', json('{"own":[],"shareable":[]}'))
  WHERE tenant = ? AND subject_key = ? AND is_open = 1`

const endErasure = 'UPDATE erasures SET is_running = 0, is_open = ?, content = ? WHERE tenant = ? AND id = ?'

const selectOpen = 'SELECT content FROM erasures WHERE tenant = ? AND subject_key = ? AND is_open = 1 ORDER BY id'

const selectEnded = `
  SELECT content FROM erasures
  WHERE tenant = ? AND subject_key = ? AND plan_digest = ? AND content ->> '$.endedAt' IS NOT NULL ORDER BY id DESC LIMIT 1`

const selectHold = `
  SELECT max(is_running) AS running, max(version) FILTER (WHERE subject_key = ?2) AS version
  FROM erasures WHERE tenant = ?1 AND subject_key IN (?2, '')`

const selectPage = 'SELECT content FROM erasures WHERE tenant = ? AND id > ? ORDER BY id LIMIT ?'

export class SqliteErasures implements Erasures {
  readonly #sqlite: SqliteConnections

  constructor(sqlite: SqliteConnections) {
    this.#sqlite = sqlite
  }

  async begin(erasure: Erasure): Promise<void> {
    const { tenant, id, planDigest, version } = erasure
    const params = [tenant, id, keyOf(erasure), planDigest, version, JSON.stringify(erasure)]
    await this.#sqlite.writer.write({ statements: [{ sql: insertErasure, params }] })
  }

  async end(erasure: Erasure): Promise<void> {
    const { tenant, id } = erasure
    const isOpen = hasLeft(erasure) ? 1 : 0
    const statements = [
      { sql: endEarlier, params: [tenant, keyOf(erasure)] },
      { sql: endErasure, params: [isOpen, JSON.stringify(erasure), tenant, id] },
    ]
    await this.#sqlite.writer.write({ statements })
  }

  async open(scope: ErasureScope): Promise<Erasure[]> {
    return this.#sqlite.reader.all(selectOpen, [scope.tenant, keyOf(scope)]).map((row) => jsonOf(row, 'content'))
  }

  async findEnded(scope: ErasureScope, planDigest: string): Promise<Erasure | undefined> {
    const row = this.#sqlite.reader.first(selectEnded, [scope.tenant, keyOf(scope), planDigest])
    return row && jsonOf(row, 'content')
  }

  async holdOf({ tenant, subjectKey }: PendingSubject): Promise<Hold> {
    const row = this.#sqlite.reader.first(selectHold, [tenant, subjectKey])
    if (!row) return { isRunning: false, erasedThrough: 0 }
    return { isRunning: optionalNumber(row, 'running') === 1, erasedThrough: optionalNumber(row, 'version') ?? 0 }
  }

  async page(tenant: Tenant, after = '', limit: number): Promise<Erasure[]> {
    return this.#sqlite.reader.all(selectPage, [tenant, after, limit]).map((row) => jsonOf(row, 'content'))
  }
}

/** No subject has an empty key. */
function keyOf({ subjectKey = '' }: ErasureScope): string {
  return subjectKey
}

import type { Tenant } from '../identifiers/tenant.ts'
import { jsonOf, numberOf } from '../sqlite/column.ts'
import type { SqliteConnections } from '../sqlite/open-sqlite.ts'
import type { SqlValue } from '../sqlite/write-unit.ts'
import { deadLetterCursor, deadLetterPosition, positionOfCursor } from './dead-letter-cursor.ts'
import type { DeadLetter, DeadLetterPage, DeadLetters } from './dead-letters.ts'

const insertLetter = `
  INSERT INTO dead_letters (tenant, dead_at, fact_version, event_id, is_told, letter) VALUES (?, ?, ?, ?, 0, ?)
  ON CONFLICT (tenant, event_id) DO NOTHING`

const selectLetter = 'SELECT letter FROM dead_letters WHERE tenant = ? AND event_id = ?'

const deleteLetter = 'DELETE FROM dead_letters WHERE tenant = ? AND event_id = ?'

const selectPage = `
  SELECT letter FROM dead_letters WHERE tenant = ? AND (dead_at, fact_version, event_id) > (?, ?, ?)
  ORDER BY dead_at, fact_version, event_id LIMIT ?`

const countLetters = 'SELECT count(*) AS letters FROM dead_letters'

const selectUntold = `
  SELECT letter FROM dead_letters WHERE is_told = 0 ORDER BY dead_at, fact_version, event_id LIMIT ?`

const updateTold = 'UPDATE dead_letters SET is_told = 1 WHERE tenant = ? AND event_id = ?'

const beforeAll = ['', 0, ''] as const

export class SqliteDeadLetters implements DeadLetters {
  readonly #sqlite: SqliteConnections

  constructor(sqlite: SqliteConnections) {
    this.#sqlite = sqlite
  }

  async add(letter: DeadLetter): Promise<void> {
    await this.#write(insertLetter, [letter.event.tenant, ...deadLetterPosition(letter), JSON.stringify(letter)])
  }

  async find(tenant: Tenant, eventId: string): Promise<DeadLetter | undefined> {
    const row = this.#sqlite.reader.first(selectLetter, [tenant, eventId])
    return row && jsonOf<DeadLetter>(row, 'letter')
  }

  async remove(tenant: Tenant, eventId: string): Promise<boolean> {
    return (await this.#write(deleteLetter, [tenant, eventId])) > 0
  }

  async page(tenant: Tenant, after: string | undefined, limit: number): Promise<DeadLetterPage> {
    const behind = after === undefined ? beforeAll : positionOfCursor(after)
    const items = this.#letters(selectPage, [tenant, ...behind, limit])
    const last = items.at(-1)
    return { items, ...(last && { nextCursor: deadLetterCursor(last) }) }
  }

  async count(): Promise<number> {
    const row = this.#sqlite.reader.first(countLetters, [])
    return row ? numberOf(row, 'letters') : 0
  }

  async untold(limit: number): Promise<readonly DeadLetter[]> {
    return this.#letters(selectUntold, [limit])
  }

  async markTold(tenant: Tenant, eventId: string): Promise<void> {
    await this.#write(updateTold, [tenant, eventId])
  }

  #letters(sql: string, params: readonly SqlValue[]): DeadLetter[] {
    return this.#sqlite.reader.all(sql, params).map((row) => jsonOf<DeadLetter>(row, 'letter'))
  }

  async #write(sql: string, params: readonly SqlValue[]): Promise<number> {
    const outcome = await this.#sqlite.writer.write({ statements: [{ sql, params }] })
    return outcome.status === 'committed' ? (outcome.changes[0] ?? 0) : 0
  }
}

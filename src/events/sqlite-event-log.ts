import { z } from 'zod'
import { HttpError } from '../http/http-errors.ts'
import { decodeCursor, encodeCursor } from '../http/paging.ts'
import type { Tenant } from '../identifiers/tenant.ts'
import { jsonOf, numberOf } from '../sqlite/column.ts'
import type { SqliteConnections } from '../sqlite/open-sqlite.ts'
import type { WriteStatement } from '../sqlite/write-unit.ts'
import type { EventLog, EventPage } from './event-log.ts'
import type { FactUpdated } from './fact-updated.ts'

// One writer at a time: a number is never visible before a smaller one, so a reader that follows them misses none.
const raiseNumber = `
  INSERT INTO event_numbers (tenant, last) VALUES (?, 1) ON CONFLICT (tenant) DO UPDATE SET last = last + 1`

const insertEvent = `
  INSERT INTO events (tenant, number, event_id, emitted_at, event)
  SELECT tenant, last, ?, ?, ? FROM event_numbers WHERE tenant = ? ON CONFLICT (tenant, event_id) DO NOTHING`

const updateEvent = 'UPDATE events SET event = ? WHERE tenant = ? AND event_id = ?'

const selectEvents = 'SELECT number, event FROM events WHERE tenant = ? AND number > ? ORDER BY number LIMIT ?'

const selectNumber = 'SELECT number FROM events WHERE tenant = ? AND event_id = ?'

const selectLast = 'SELECT last AS number FROM event_numbers WHERE tenant = ?'

const listName = 'events'
const Position = z.tuple([z.int().positive()])

export class SqliteEventLog implements EventLog {
  readonly #sqlite: SqliteConnections

  constructor(sqlite: SqliteConnections) {
    this.#sqlite = sqlite
  }

  async append(events: readonly FactUpdated[]): Promise<void> {
    await this.#sqlite.writer.write({ statements: events.flatMap(appending) })
  }

  async replace(events: readonly FactUpdated[]): Promise<void> {
    const statements = events.map((event) => ({
      sql: updateEvent,
      params: [JSON.stringify(event), event.tenant, event.event_id],
    }))
    await this.#sqlite.writer.write({ statements })
  }

  async page(tenant: Tenant, after: string | undefined, limit: number): Promise<EventPage> {
    const behind = after === undefined ? 0 : this.#numberOf(tenant, after)
    const rows = this.#sqlite.reader.all(selectEvents, [tenant, behind, limit])
    const last = rows.at(-1)
    const items = rows.map((row) => jsonOf<FactUpdated>(row, 'event'))
    return { items, ...(last && { nextCursor: encodeCursor(listName, [numberOf(last, 'number')]) }) }
  }

  #numberOf(tenant: Tenant, after: string): number {
    const event = this.#sqlite.reader.first(selectNumber, [tenant, after])
    if (event) return numberOf(event, 'number')
    const [number] = decodeCursor(listName, Position, after)
    const last = this.#sqlite.reader.first(selectLast, [tenant])
    // A number not given yet comes from elsewhere; following it would silently skip what is still to come.
    if (last && number <= numberOf(last, 'number')) return number
    throw new HttpError('QUERY_INVALID', 'after names neither an event nor a cursor of this tenant')
  }
}

function appending(event: FactUpdated): WriteStatement[] {
  const { tenant, event_id, emitted_at } = event
  return [
    { sql: raiseNumber, params: [tenant] },
    { sql: insertEvent, params: [event_id, emitted_at, JSON.stringify(event), tenant] },
  ]
}

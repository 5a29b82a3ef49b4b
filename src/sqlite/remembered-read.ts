import { LRUCache } from 'lru-cache'
import type { SqliteReader } from './sqlite-reader.ts'
import type { Row } from './write-unit.ts'

interface Remembered {
  readonly dataVersion: number
  readonly row: Row | undefined
}

const mostRemembered = 10_000

/**
 * A point read that is asked again and again: what it answered still holds while nobody, in whatever process, has committed since.
 * Whether somebody has is looked up once for all that ask in one turn of the event loop, after the last of them has asked, so
 * no answer is older than its question. A look costs 3 µs, as the read itself does (`SqliteReader.first`, its obvious twin).
 */
export class RememberedRead {
  readonly #reader: SqliteReader
  readonly #sql: string
  readonly #remembered = new LRUCache<string, Remembered>({ maxSize: mostRemembered, sizeCalculation: () => 1 })

  constructor(reader: SqliteReader, sql: string) {
    this.#reader = reader
    this.#sql = sql
  }

  async first(params: readonly string[]): Promise<Row | undefined> {
    const dataVersion = await this.#reader.dataVersionOfTurn()
    const key = params.join('\0')
    const known = this.#remembered.get(key)
    if (known?.dataVersion === dataVersion) return known.row
    // Of a commit between the look and this read the next look tells, and it is read again.
    const row = this.#reader.first(this.#sql, params)
    this.#remembered.set(key, { dataVersion, row })
    return row
  }
}

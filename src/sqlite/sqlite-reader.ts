import type { DatabaseSync } from 'node:sqlite'
import { openForReading } from './connection.ts'
import { StatementCache } from './statement-cache.ts'
import { translatingErrors } from './store-errors.ts'
import type { Row, SqlValue } from './write-unit.ts'

/** Point reads and small pages, in the calling thread: in WAL mode they wait for no writer, and each sees the latest commit. */
export class SqliteReader {
  readonly #database: DatabaseSync
  readonly #statements: StatementCache
  #look: Promise<number> | undefined

  constructor(path: string) {
    this.#database = translatingErrors(() => openForReading(path))
    this.#statements = new StatementCache(this.#database)
  }

  first(sql: string, params: readonly SqlValue[]): Row | undefined {
    return translatingErrors(() => this.#statements.prepare(sql).get(...params))
  }

  all(sql: string, params: readonly SqlValue[]): Row[] {
    return translatingErrors(() => this.#statements.prepare(sql).all(...params))
  }

  /** Another number than last time: somebody, perhaps another process, has committed since. */
  dataVersion(): number {
    return Number(this.first('PRAGMA data_version', [])?.['data_version'])
  }

  /** The same as of the end of this turn of the event loop: one look for all that ask meanwhile. */
  dataVersionOfTurn(): Promise<number> {
    this.#look ??= new Promise((resolve, reject) => {
      setImmediate(() => {
        // Who asks from here on may know of what this look does not see.
        this.#look = undefined
        try {
          resolve(this.dataVersion())
        } catch (error) {
          reject(error)
        }
      })
    })
    return this.#look
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close()
  }
}

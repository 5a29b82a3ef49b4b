import type { DatabaseSync } from 'node:sqlite'
import { retryWhileBusy } from './connection.ts'
import { StatementCache } from './statement-cache.ts'
import { failureOf, type StoreFailure } from './store-errors.ts'
import type { Row, WriteOutcome, WriteStatement, WriteUnit } from './write-unit.ts'

export type UnitOutcome = WriteOutcome | StoreFailure

/** Writes units in groups: one transaction, and so one sync of the disk, for all that waited. */
export class GroupCommit {
  readonly #database: DatabaseSync
  readonly #statements: StatementCache

  constructor(database: DatabaseSync) {
    this.#database = database
    this.#statements = new StatementCache(database)
  }

  /** Outcomes in the order of the units. When the transaction as a whole fails, every unit has failed. */
  commit(units: readonly WriteUnit[]): UnitOutcome[] {
    try {
      retryWhileBusy(() => this.#run('BEGIN IMMEDIATE'))
      const outcomes = units.map((unit) => this.#applyAlone(unit))
      retryWhileBusy(() => this.#run('COMMIT'))
      return outcomes
    } catch (error) {
      this.#abandon()
      const failure = failureOf(error)
      return units.map(() => failure)
    }
  }

  /** One unit in its own savepoint: what goes wrong in it is undone, and is nobody else's business. */
  #applyAlone(unit: WriteUnit): UnitOutcome {
    this.#run('SAVEPOINT unit')
    try {
      const outcome = this.#apply(unit)
      if (outcome.status === 'unexpected') this.#run('ROLLBACK TO unit')
      this.#run('RELEASE unit')
      return outcome
    } catch (error) {
      // After a full disk or an I/O error SQLite may have rolled the whole transaction back by itself.
      if (!this.#database.isTransaction) throw error
      this.#run('ROLLBACK TO unit')
      this.#run('RELEASE unit')
      return failureOf(error)
    }
  }

  #apply(unit: WriteUnit): WriteOutcome {
    const rows: Row[][] = []
    const changes: number[] = []
    for (const [position, statement] of unit.statements.entries()) {
      const done = this.#execute(statement)
      if (statement.expectChanges !== undefined && done.changes !== statement.expectChanges) {
        return { status: 'unexpected', statement: position, changes: done.changes }
      }
      rows.push(done.rows)
      changes.push(done.changes)
    }
    return { status: 'committed', rows, changes }
  }

  #execute({ sql, params }: WriteStatement): { rows: Row[]; changes: number } {
    const statement = this.#statements.prepare(sql)
    if (statement.columns().length === 0) return { rows: [], changes: Number(statement.run(...params).changes) }
    const rows = statement.all(...params)
    return { rows, changes: rows.length }
  }

  #run(sql: string): void {
    this.#statements.prepare(sql).run()
  }

  #abandon(): void {
    try {
      if (this.#database.isTransaction) this.#run('ROLLBACK')
    } catch {
      // The next BEGIN says again what is wrong; what is not committed is not there after a restart either.
    }
  }
}

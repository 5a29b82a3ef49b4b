/** What SQLite stores in a column; whole numbers beyond 2^53 are never stored. */
export type SqlValue = null | number | bigint | string | Uint8Array

export type Row = Readonly<Record<string, SqlValue>>

export interface WriteStatement {
  readonly sql: string
  readonly params: readonly SqlValue[]
  /** How many rows it must change (or return); when it does not, the whole unit is undone. */
  readonly expectChanges?: number
}

/** Statements that happen together or not at all. */
export interface WriteUnit {
  readonly statements: readonly WriteStatement[]
}

/** `rows` and `changes` stand in the order of the statements. A statement that returns rows "changes" as many. */
export type WriteOutcome =
  | { readonly status: 'committed'; readonly rows: readonly (readonly Row[])[]; readonly changes: readonly number[] }
  | { readonly status: 'unexpected'; readonly statement: number; readonly changes: number }

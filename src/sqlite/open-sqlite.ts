import { closeSync, fsyncSync, mkdirSync, openSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { migrate } from './migrate.ts'
import { SqliteReader } from './sqlite-reader.ts'
import { SqliteWriter } from './sqlite-writer.ts'

/** What an adapter works with: one writes, the other reads. */
export interface SqliteConnections {
  readonly writer: SqliteWriter
  readonly reader: SqliteReader
}

export interface Sqlite extends SqliteConnections {
  /** Rejects when the store cannot be read, or when nobody may write to it now. */
  check(): Promise<void>
  /** Writes what waits; idempotent. */
  close(): Promise<void>
}

/** Opens the file, makes or migrates it where needed, and starts the writer's thread. */
export async function openSqlite({ path }: { readonly path: string }): Promise<Sqlite> {
  makeDirectory(dirname(resolve(path)))
  migrate(path)
  const connections = { writer: new SqliteWriter(path), reader: new SqliteReader(path) }
  const sqlite = { ...connections, check: () => check(connections), close: () => close(connections) }
  try {
    // The thread is there when the first request comes, or the start fails.
    await sqlite.check()
    return sqlite
  } catch (error) {
    await sqlite.close()
    throw error
  }
}

/** SQLite syncs the directory of its file; those above it, when they are new, are synced here. */
function makeDirectory(directory: string): void {
  const firstMade = mkdirSync(directory, { recursive: true })
  if (firstMade === undefined) return
  for (let made = directory; made.length >= firstMade.length; made = dirname(made)) {
    const parent = openSync(dirname(made), 'r')
    fsyncSync(parent)
    closeSync(parent)
  }
}

/** An empty unit takes the write lock and gives it back. */
async function check({ writer, reader }: SqliteConnections): Promise<void> {
  reader.first('SELECT 1 FROM evidence LIMIT 1', [])
  await writer.write({ statements: [] })
}

async function close({ writer, reader }: SqliteConnections): Promise<void> {
  await writer.close()
  reader.close()
}

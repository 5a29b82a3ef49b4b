import { randomUUID } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'
import { MongoClient } from 'mongodb'
import type { Config } from '../../../src/config.ts'
import type { StoredIndex, StoredRows, StorePlace } from './place.ts'

export const sqlitePlace: StorePlace = {
  settings: {},
  rows: async ({ sqlite }: Config) => reading(sqlite.path, rowsOf),
  indexes: async ({ sqlite }: Config) => reading(sqlite.path, indexesOf),
  plant: async ({ sqlite }: Config, table, row) => plantRow(sqlite.path, table, row),
  clear: async () => undefined,
}

function reading<Read>(path: string, read: (database: DatabaseSync) => Read): Read {
  const database = new DatabaseSync(path, { readOnly: true })
  try {
    return read(database)
  } finally {
    database.close()
  }
}

function tablesOf(database: DatabaseSync): string[] {
  const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").all()
  return tables.map(({ name }) => String(name))
}

function rowsOf(database: DatabaseSync): StoredRows {
  const rows = tablesOf(database).map((name) => [name, database.prepare(`SELECT * FROM ${name}`).all()] as const)
  return Object.fromEntries(rows)
}

/** A hidden expression has no column of its own, and stands here as such. */
function indexesOf(database: DatabaseSync): StoredIndex[] {
  return tablesOf(database).flatMap((table) =>
    database
      .prepare('SELECT name FROM pragma_index_list(?) ORDER BY name')
      .all(table)
      .map(({ name }) => {
        const columns = database.prepare('SELECT name FROM pragma_index_info(?) ORDER BY seqno').all(String(name))
        return { table, name: String(name), columns: columns.map((column) => String(column['name'] ?? '(expression)')) }
      }),
  )
}

function plantRow(path: string, table: string, row: Readonly<Record<string, string>>): void {
  const database = new DatabaseSync(path)
  const names = Object.keys(row)
  database.exec(`CREATE TABLE ${table} (${names.join(' TEXT, ')} TEXT)`)
  database.prepare(`INSERT INTO ${table} VALUES (${names.map(() => '?').join(', ')})`).run(...Object.values(row))
  database.close()
}

/** A database of its own. */
export async function newMongoPlace(connectionString: string): Promise<StorePlace> {
  const database = `signals-${randomUUID().slice(0, 13)}`
  const client = new MongoClient(connectionString)
  const db = client.db(database)
  return {
    settings: { store: { driver: 'mongo' }, mongo: { connectionString, database } },
    async rows() {
      const named = (await db.collections()).map(async (each) => [
        each.collectionName,
        await each.find().sort({ _id: 1 }).toArray(),
      ])
      return Object.fromEntries(await Promise.all(named)) as StoredRows
    },
    async indexes() {
      const listed = (await db.collections()).map(async ({ collectionName: table }) =>
        (await db.collection(table).indexes()).map(({ key, name = '' }) => ({
          table,
          name,
          columns: Object.keys(key),
        })),
      )
      return (await Promise.all(listed)).flat()
    },
    async plant(_config, table, row) {
      await db.collection(table).insertOne({ ...row })
    },
    async clear() {
      await db.dropDatabase()
      await client.close()
    },
  }
}

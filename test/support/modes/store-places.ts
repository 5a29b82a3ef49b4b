import { randomUUID } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'
import { MongoClient } from 'mongodb'
import type { Config } from '../../../src/config.ts'
import type { StoredRows, StorePlace } from './place.ts'

export const sqlitePlace: StorePlace = {
  settings: {},
  rows: async ({ sqlite }: Config) => sqliteRows(sqlite.path),
  clear: async () => undefined,
}

/** Leases come and go with folds, and say nothing of what was sent. */
const passing = new Set(['fold_leases', 'foldLeases', 'sqlite_sequence'])

function sqliteRows(path: string): StoredRows {
  const database = new DatabaseSync(path, { readOnly: true })
  try {
    const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").all()
    const names = tables.map(({ name }) => String(name)).filter((name) => !passing.has(name))
    return Object.fromEntries(names.map((name) => [name, database.prepare(`SELECT * FROM ${name}`).all()]))
  } finally {
    database.close()
  }
}

/** A database of its own. */
export async function newMongoPlace(connectionString: string): Promise<StorePlace> {
  const database = `signals-${randomUUID().slice(0, 13)}`
  const client = new MongoClient(connectionString)
  const db = client.db(database)
  return {
    settings: { store: { driver: 'mongo' }, mongo: { connectionString, database } },
    async rows() {
      const collections = (await db.collections()).filter(({ collectionName }) => !passing.has(collectionName))
      const named = collections.map(async (each) => [each.collectionName, await each.find().sort({ _id: 1 }).toArray()])
      return Object.fromEntries(await Promise.all(named)) as StoredRows
    },
    async clear() {
      await db.dropDatabase()
      await client.close()
    },
  }
}

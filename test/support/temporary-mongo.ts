import { type Mongo, openMongo } from '../../src/mongo/open-mongo.ts'
import { type Mongod, type MongodKind, startMongod } from './real-parts/mongod.ts'

export interface TwoMongoReplicas {
  readonly mongod: Mongod
  readonly one: Mongo
  readonly other: Mongo
  /** Takes all documents away, and keeps the indexes. */
  empty(): Promise<void>
  close(): Promise<void>
}

export const database = 'signals-test'

export function settingsFor({ connectionString }: Mongod) {
  return { connectionString, database, serverSelectionTimeoutMs: 2000, operationTimeoutMs: 10_000 }
}

/** A server with two openings of one new database, as two processes have them. */
export async function openTwoMongoReplicas(kind: MongodKind): Promise<TwoMongoReplicas> {
  const mongod = await startMongod(kind)
  const settings = settingsFor(mongod)
  const [one, other] = await Promise.all([openMongo(settings), openMongo(settings)])
  return {
    mongod,
    one,
    other,
    async empty() {
      const collections = await one.db.collections()
      await Promise.all(
        collections.filter(({ collectionName }) => collectionName !== 'schema').map((each) => each.deleteMany({})),
      )
    },
    async close() {
      await Promise.all([one.close(), other.close()])
      await mongod.close()
    },
  }
}

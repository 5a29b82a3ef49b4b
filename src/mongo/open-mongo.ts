import { type Db, type DbOptions, MongoClient, type MongoClientOptions, ReadConcern } from 'mongodb'
import { StoreError } from '../lib/store-errors.ts'
import { migrate } from './migrate.ts'
import { translatingErrors, withoutSecrets } from './mongo-errors.ts'

/** What an adapter works with. */
export interface MongoConnection {
  readonly db: Db
}

export interface Mongo extends MongoConnection {
  /** Rejects while nobody can write durably. */
  check(): Promise<void>
  /** Idempotent. */
  close(): Promise<void>
}

export interface MongoSettings {
  readonly connectionString: string
  readonly database: string
  /** How long to look for a server that takes writes, before a request is refused. */
  readonly serverSelectionTimeoutMs: number
  /** How long a server may take to answer, or a majority to confirm. */
  readonly operationTimeoutMs: number
}

/** Connects, and makes or migrates what the adapters need. The start fails when it cannot. */
export async function openMongo(settings: MongoSettings): Promise<Mongo> {
  const client = clientOf(settings)
  const db = client.db(settings.database, durable(settings))
  const mongo = { db, check: () => check(db), close: () => client.close() }
  try {
    await translatingErrors(() => migrate(db))
    return mongo
  } catch (error) {
    await client.close()
    throw error
  }
}

// Said for the database, and not for the client: there, words of the connection string would win.
function durable({ operationTimeoutMs }: MongoSettings): DbOptions {
  return {
    writeConcern: { w: 'majority', journal: true, wtimeoutMS: operationTimeoutMs },
    readConcern: new ReadConcern('majority'),
    readPreference: 'primary',
    ignoreUndefined: true,
    promoteBuffers: true,
  }
}

function clientOf(settings: MongoSettings): MongoClient {
  const { serverSelectionTimeoutMs, operationTimeoutMs } = settings
  const options: MongoClientOptions = {
    appName: 'signals',
    // Only a replica set can repeat a write so that it counts once; a server alone is not asked to.
    retryWrites: true,
    retryReads: true,
    serverSelectionTimeoutMS: serverSelectionTimeoutMs,
    connectTimeoutMS: serverSelectionTimeoutMs,
    waitQueueTimeoutMS: operationTimeoutMs,
    // A write must hear from its majority first, whatever comes of it.
    socketTimeoutMS: 2 * operationTimeoutMs,
  }
  try {
    return new MongoClient(settings.connectionString, options)
  } catch (error) {
    // Without its cause: errors about addresses carry the whole address, password included.
    throw new StoreError('STORE_REFUSED', `mongo.connectionString cannot be used: ${withoutSecrets(error)}`)
  }
}

/** A write that changes nothing waits for the majority and its journals like any other. */
async function check(db: Db): Promise<void> {
  await translatingErrors(() => db.collection('schema').updateMany({ name: 'signals' }, { $unset: { nothing: '' } }))
}

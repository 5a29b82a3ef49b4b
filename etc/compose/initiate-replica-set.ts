import { MongoClient, MongoServerError } from 'mongodb'

const alreadyInitialized = 23

const [connectionString] = process.argv.slice(2)
if (connectionString === undefined) throw new Error('usage: initiate-replica-set CONNECTION-STRING')

const set = new MongoClient(connectionString, { serverSelectionTimeoutMS: 60_000 })
try {
  await initiate(set.options)
  // Answered by a primary only, so that whoever comes after this finds one.
  await set.db('admin').command({ ping: 1 })
} finally {
  await set.close()
}

/** Makes the servers that the connection string names the replica set that it names, unless they are one. */
async function initiate({ hosts, replicaSet }: MongoClient['options']): Promise<void> {
  const members = hosts.map((host, index) => ({ _id: index, host: host.toString() }))
  const first = new MongoClient(`mongodb://${members[0]?.host}/?directConnection=true`)
  try {
    await first.db('admin').command({ replSetInitiate: { _id: replicaSet, members } })
  } catch (error) {
    if (!(error instanceof MongoServerError && error.code === alreadyInitialized)) throw error
  } finally {
    await first.close()
  }
}

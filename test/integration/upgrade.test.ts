import { join } from 'node:path'
import { MongoClient } from 'mongodb'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { migrations as mongoMigrations } from '../../src/mongo/migrations.ts'
import { migrate } from '../../src/sqlite/migrate.ts'
import { migrations } from '../../src/sqlite/migrations.ts'
import { EvidenceClient, postSmallGraph, readFact } from '../support/evidence-client.ts'
import { mongodProgram, startMongod } from '../support/real-parts/mongod.ts'
import { type ServiceProcess, startServiceProcess, temporaryDirectory } from '../support/service-process.ts'

let directory: Awaited<ReturnType<typeof temporaryDirectory>>
beforeEach(async () => {
  directory = await temporaryDirectory()
})
afterEach(() => directory[Symbol.asyncDispose]())

/** What a release to come may do while this one still runs: add. */
const additions = `
  ALTER TABLE facts ADD COLUMN of_the_next_release TEXT;
  CREATE TABLE of_the_next_release (tenant TEXT NOT NULL, PRIMARY KEY (tenant));
  CREATE INDEX evidence_of_the_next_release ON evidence (tenant, subject_key, id);
`

/** Posts, has the store changed under a running service, and posts more: all of it counts, and is read. */
async function upgradeBeneath(service: ServiceProcess, upgrade: () => Promise<void> | void): Promise<void> {
  const { callgraphId } = await postSmallGraph(service.url, 'scan-1')
  const client = new EvidenceClient({ callgraphId, subject: 'scan-1' })
  await client.post(service.url, { key: 'before', symbols: ['a'], isAwaited: true })
  await upgrade()
  await client.post(service.url, { key: 'after', symbols: ['a', 'b'], isAwaited: true })
  await postSmallGraph(service.url, 'scan-2', 'another')
  expect((await readFact(service.url, 'scan-1')).hits).toEqual({ a: 2, b: 1 })
  expect(await (await fetch(`${service.url}/readyz`)).json()).toMatchObject({ status: 'ready' })
}

describe('while a newer release brings the store to its own schema, the one that runs goes on', () => {
  test('on SQLite, and does not start again on what it does not know', async () => {
    const service = await startServiceProcess(directory.path)
    await upgradeBeneath(service, () => migrate(join(directory.path, 'signals.db'), [...migrations, additions]))
    await service.kill('SIGTERM')
    await expect(startServiceProcess(directory.path)).rejects.toThrow(/exited with 1[\s\S]*NewerSchemaError/)
  })

  test.skipIf(!mongodProgram)('on MongoDB, and does not start again on what it does not know', async () => {
    const mongod = await startMongod('a standalone server')
    try {
      const env = { SIGNALS__STORE__DRIVER: 'mongo', SIGNALS__MONGO__CONNECTION_STRING: mongod.connectionString }
      const service = await startServiceProcess(directory.path, env)
      await upgradeBeneath(service, () => upgradeMongo(mongod.connectionString))
      await service.kill('SIGTERM')
      await expect(startServiceProcess(directory.path, env)).rejects.toThrow(/exited with 1[\s\S]*schema version/)
    } finally {
      await mongod.close()
    }
  })
})

async function upgradeMongo(connectionString: string): Promise<void> {
  const client = new MongoClient(connectionString)
  try {
    const db = client.db('signals')
    await db.collection('facts').createIndex({ tenant: 1, ofTheNextRelease: 1 })
    await db.createCollection('ofTheNextRelease')
    await db.collection('schema').updateOne({ name: 'signals' }, { $set: { version: mongoMigrations.length + 1 } })
  } finally {
    await client.close()
  }
}

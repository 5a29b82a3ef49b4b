import type { Db } from 'mongodb'
import { StoreError } from '../lib/store-errors.ts'
import { migrations } from './migrations.ts'
import { isDuplicate } from './mongo-errors.ts'

/** Brings the database to the version that this code knows; any number of replicas may do so at once. */
export async function migrate(db: Db): Promise<void> {
  const schema = db.collection<{ name: string; version: number }>('schema')
  await schema.createIndex({ name: 1 }, { unique: true })
  const version = (await schema.findOne({ name: 'signals' }))?.version ?? 0
  if (version > migrations.length) {
    throw new StoreError(
      'STORE_REFUSED',
      `the database has schema version ${version}, this release knows up to ${migrations.length}`,
    )
  }
  for (const step of migrations.slice(version)) await step(db)
  await raiseVersion(() =>
    schema.updateOne({ name: 'signals' }, { $max: { version: migrations.length } }, { upsert: true }),
  )
}

/** Of two replicas that make the first version at once, one is told of the other's. */
async function raiseVersion(write: () => Promise<unknown>): Promise<void> {
  try {
    await write()
  } catch (error) {
    if (!isDuplicate(error)) throw error
    await write()
  }
}

import { openForWriting, retryWhileBusy } from './connection.ts'
import { migrations as allMigrations } from './migrations.ts'

/** Brings a file to the schema of this release. Safe from several processes at once: each looks again under the lock. */
export function migrate(path: string, migrations: readonly string[] = allMigrations): void {
  const database = openForWriting(path)
  try {
    retryWhileBusy(() => database.exec('BEGIN IMMEDIATE'))
    const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version'])
    if (version > migrations.length) throw new NewerSchemaError(path, version, migrations.length)
    for (const migration of migrations.slice(version)) database.exec(migration)
    database.exec(`PRAGMA user_version = ${migrations.length}`)
    database.exec('COMMIT')
  } finally {
    // Whatever was not committed is rolled back.
    database.close()
  }
}

/** Stops the start: an older release could not know what it would break. */
export class NewerSchemaError extends Error {
  constructor(path: string, found: number, known: number) {
    super(
      `${path} has schema version ${found}, but this release knows versions up to ${known}: start the newer release, or name another file`,
    )
    this.name = 'NewerSchemaError'
  }
}

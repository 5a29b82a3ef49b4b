import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSqlite, type Sqlite } from '../../src/sqlite/open-sqlite.ts'

export interface TwoReplicas {
  readonly one: Sqlite
  readonly other: Sqlite
  readonly close: () => Promise<void>
}

/** Two independent openings of one new file, as two processes have it: each has its own writing thread. */
export async function openTwoReplicas(): Promise<TwoReplicas> {
  const directory = await mkdtemp(join(tmpdir(), 'sqlite-'))
  const path = join(directory, 'signals.sqlite')
  const [one, other] = await Promise.all([openSqlite({ path }), openSqlite({ path })])
  return {
    one,
    other,
    async close() {
      await Promise.all([one.close(), other.close()])
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** Runs `use` with the path of a file that does not exist yet, in a directory of its own. */
export async function withTemporaryFile<Result>(use: (path: string) => Promise<Result>): Promise<Result> {
  const directory = await mkdtemp(join(tmpdir(), 'sqlite-'))
  try {
    return await use(join(directory, 'data', 'signals.sqlite'))
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

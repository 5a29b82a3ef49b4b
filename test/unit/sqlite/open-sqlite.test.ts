import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { migrate, NewerSchemaError } from '../../../src/sqlite/migrate.ts'
import { migrations } from '../../../src/sqlite/migrations.ts'
import { openSqlite, type Sqlite } from '../../../src/sqlite/open-sqlite.ts'
import type { WriteUnit } from '../../../src/sqlite/write-unit.ts'
import { withTemporaryFile } from '../../support/temporary-sqlite.ts'

/** Runs `use` on a new store and closes it. */
async function withStore(use: (sqlite: Sqlite, path: string) => Promise<void>): Promise<void> {
  await withTemporaryFile(async (path) => {
    const sqlite = await openSqlite({ path })
    try {
      await use(sqlite, path)
    } finally {
      await sqlite.close()
    }
  })
}

function lease(owner: string, subjectKey = owner): WriteUnit {
  const sql = 'INSERT INTO fold_leases (tenant, subject_key, owner, until_ms) VALUES (?, ?, ?, 0)'
  return { statements: [{ sql, params: ['acme', subjectKey, owner] }] }
}

const owners = 'SELECT owner FROM fold_leases ORDER BY owner'

describe('an opened store', () => {
  test('syncs every commit and keeps a write-ahead log', async () => {
    await withStore(async ({ reader, writer }, path) => {
      const asked = await writer.write({
        statements: [
          { sql: 'PRAGMA synchronous', params: [] },
          { sql: 'PRAGMA journal_mode', params: [] },
        ],
      })
      expect(asked).toMatchObject({ rows: [[{ synchronous: 2 }], [{ journal_mode: 'wal' }]] })
      expect(reader.first('PRAGMA journal_mode', [])).toEqual({ journal_mode: 'wal' })
      expect(existsSync(`${path}-wal`)).toBe(true)
    })
  })

  test('many writes at once share few commits, and the event loop is free meanwhile', async () => {
    await withStore(async ({ reader, writer }) => {
      const before = writer.stats
      let turns = 0
      let isWriting = true
      const turning = (async () => {
        for (; isWriting; turns++) await new Promise(setImmediate)
      })()
      await Promise.all(Array.from({ length: 1_000 }, (_, position) => writer.write(lease(`owner-${position}`))))
      isWriting = false
      await turning
      expect(writer.stats.units - before.units).toBe(1_000)
      // 512 units a commit at the most; the first may find little company.
      expect(writer.stats.commits - before.commits).toBeLessThan(100)
      expect(writer.stats.commits - before.commits).toBeGreaterThan(1)
      expect(turns).toBeGreaterThan(1)
      expect(reader.all(owners, [])).toHaveLength(1_000)
    })
  })

  test('writes are applied in the order in which they were asked for', async () => {
    await withStore(async ({ reader, writer }) => {
      const sql =
        'INSERT INTO fold_leases VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET owner = owner || excluded.owner'
      const letters = Array.from({ length: 200 }, (_, position) => String.fromCharCode(97 + (position % 26)))
      await Promise.all(
        letters.map((letter) => writer.write({ statements: [{ sql, params: ['acme', 's', letter, 0] }] })),
      )
      expect(reader.all(owners, [])).toEqual([{ owner: letters.join('') }])
    })
  })

  test('what fails rejects its own promise only, and says nothing of the inside', async () => {
    await withStore(async ({ reader, writer }) => {
      const outcomes = await Promise.allSettled([
        writer.write(lease('a', 's')),
        writer.write(lease('b', 's')),
        writer.write(lease('c')),
      ])
      expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
      expect(outcomes[1]).toMatchObject({ reason: { code: 'STORE_REFUSED', message: 'the store refused a statement' } })
      expect(String(outcomes[1]?.status === 'rejected' && outcomes[1].reason.cause)).toContain(
        'UNIQUE constraint failed',
      )
      expect(reader.all(owners, [])).toEqual([{ owner: 'a' }, { owner: 'c' }])
    })
  })

  test('a reader sees what was written as soon as it is acknowledged, and what others wrote', async () => {
    await withStore(async ({ reader, writer }, path) => {
      await writer.write(lease('a'))
      expect(reader.all(owners, [])).toEqual([{ owner: 'a' }])
      const version = reader.dataVersion()
      expect(reader.dataVersion()).toBe(version)
      const other = await openSqlite({ path })
      await other.writer.write(lease('b'))
      await other.close()
      expect(reader.dataVersion()).not.toBe(version)
      expect(reader.all(owners, [])).toEqual([{ owner: 'a' }, { owner: 'b' }])
    })
  })

  test('a slice of a large buffer is written as it is', async () => {
    await withStore(async ({ reader, writer }) => {
      const large = Buffer.alloc(1_000_000, 7)
      large.write('slice', 500_000)
      const sql = 'INSERT INTO fact_links VALUES (?, ?, ?, ?, ?)'
      const params = ['acme', 'alias', 'v', large.subarray(500_000, 500_005), 's']
      await writer.write({ statements: [{ sql, params }] })
      const row = reader.first('SELECT subject_order FROM fact_links', [])
      expect(Buffer.from(row?.['subject_order'] as Uint8Array).toString()).toBe('slice')
    })
  })

  test('the reader cannot write', async () => {
    await withStore(async ({ reader }) => {
      expect(() => reader.all('DELETE FROM facts', [])).toThrow(expect.objectContaining({ code: 'STORE_UNAVAILABLE' }))
    })
  })

  test('closing writes what waits, may be repeated, and ends all use', async () => {
    await withTemporaryFile(async (path) => {
      const sqlite = await openSqlite({ path })
      const written = Promise.all(
        Array.from({ length: 700 }, (_, position) => sqlite.writer.write(lease(`o-${position}`))),
      )
      await Promise.all([sqlite.close(), sqlite.close()])
      await written
      await expect(sqlite.writer.write(lease('late'))).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
      await expect(sqlite.check()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
      const again = await openSqlite({ path })
      expect(again.reader.all(owners, [])).toHaveLength(700)
      await again.close()
    })
  })

  test('the check fails while the file cannot be used, and passes otherwise', async () => {
    await withStore(async (sqlite) => {
      await expect(sqlite.check()).resolves.toBeUndefined()
      await sqlite.writer.write({ statements: [{ sql: 'DROP TABLE evidence', params: [] }] })
      await expect(sqlite.check()).rejects.toMatchObject({ code: 'STORE_REFUSED' })
    })
  })
})

describe('opening', () => {
  test('makes the directories that are missing', async () => {
    await withStore(async (_, path) => expect(existsSync(path)).toBe(true))
  })

  test('two at once make one schema', async () => {
    await withTemporaryFile(async (path) => {
      const opened = await Promise.all(Array.from({ length: 4 }, () => openSqlite({ path })))
      await Promise.all(opened.map((sqlite, position) => sqlite.writer.write(lease(`o-${position}`))))
      expect(opened[0]?.reader.all(owners, [])).toHaveLength(4)
      await Promise.all(opened.map((sqlite) => sqlite.close()))
    })
  })

  test('a file of a newer release is refused, untouched, with what to do', async () => {
    await withStore(async (_, path) => {
      const newer = `${path}-newer`
      const database = new DatabaseSync(newer)
      database.exec(`PRAGMA user_version = ${migrations.length + 1}`)
      database.close()
      await expect(openSqlite({ path: newer })).rejects.toThrow(NewerSchemaError)
      await expect(openSqlite({ path: newer })).rejects.toThrow(/start the newer release/)
      const after = new DatabaseSync(newer)
      expect(after.prepare('SELECT count(*) AS tables FROM sqlite_schema').get()).toEqual({ tables: 0 })
      after.close()
    })
  })

  test('a file that is no database is refused and left as it was', async () => {
    await withTemporaryFile(async (path) => {
      mkdirSync(dirname(path), { recursive: true })
      const text = 'this is a text about databases, and not one of them\n'.repeat(100)
      writeFileSync(path, text)
      await expect(openSqlite({ path })).rejects.toThrow(/not a database/)
      expect(readFileSync(path, 'utf8')).toBe(text)
    })
  })

  test('migrations are applied once each, in order, and a broken one leaves the file at the last whole version', async () => {
    await withStore(async (_, path) => {
      const file = `${path}-steps`
      const first = 'CREATE TABLE a (x)'
      migrate(file, [first])
      migrate(file, [first])
      expect(() => migrate(file, [first, 'CREATE TABLE b (x); CREATE TABLE a (x)'])).toThrow(/already exists/)
      migrate(file, [first, 'CREATE TABLE b (x)', 'ALTER TABLE b ADD COLUMN y'])
      const database = new DatabaseSync(file)
      expect(database.prepare('PRAGMA user_version').get()).toEqual({ user_version: 3 })
      expect(database.prepare('SELECT y FROM b').all()).toEqual([])
      database.close()
    })
  })
})

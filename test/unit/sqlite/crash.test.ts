import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { SqliteEvidenceQueue } from '../../../src/evidence/sqlite-evidence-queue.ts'
import { SqliteFactRepository } from '../../../src/facts/sqlite-fact-repository.ts'
import { openSqlite } from '../../../src/sqlite/open-sqlite.ts'
import { startStoreChild } from '../../support/store-child.ts'
import { acme, someFactRow } from '../../support/store-values.ts'
import { withTemporaryFile } from '../../support/temporary-sqlite.ts'

const kills = 20

/** A small generator with a seed (Numerical Recipes), so that a failure can be had again. */
function seeded(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

test(`what was acknowledged is there after each of ${kills} kills at random moments`, async () => {
  const random = seeded(20_261_120)
  await withTemporaryFile(async (path) => {
    const acknowledged = new Set<string>()
    for (let kill = 0; kill < kills; kill++) {
      const writer = startStoreChild(path, 'append-for-ever')
      await writer.hasAcknowledged(1 + random(80))
      writer.child.kill('SIGKILL')
      expect(await writer.ended).toBeNull()
      for (const id of writer.acknowledged) acknowledged.add(id)
      const sqlite = await openSqlite({ path })
      const kept = await new SqliteEvidenceQueue(sqlite).pending({ tenant: acme, subjectKey: 'scan-1' }, 1_000_000)
      await sqlite.close()
      const keptIds = new Set(kept.map(({ id }) => id))
      expect([...acknowledged].filter((id) => !keptIds.has(id))).toEqual([])
    }
    expect(acknowledged.size).toBeGreaterThanOrEqual(kills)
    const database = new DatabaseSync(path)
    expect(database.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' })
    database.close()
  })
})

test('two processes append to one file at once: all is kept, and neither is told that it is busy', async () => {
  await withTemporaryFile(async (path) => {
    const writers = [startStoreChild(path, 'append-300'), startStoreChild(path, 'append-300')]
    expect(await Promise.all(writers.map(({ ended }) => ended))).toEqual([0, 0])
    const acknowledged = writers.flatMap((writer) => writer.acknowledged)
    const sqlite = await openSqlite({ path })
    const kept = await new SqliteEvidenceQueue(sqlite).pending({ tenant: acme, subjectKey: 'scan-1' }, 1_000)
    await sqlite.close()
    expect(kept.map(({ id }) => id).sort()).toEqual([...acknowledged].sort())
    expect(kept).toHaveLength(600)
  })
})

test('two processes fold into one row at once: no update is lost', async () => {
  await withTemporaryFile(async (path) => {
    const sqlite = await openSqlite({ path })
    const facts = new SqliteFactRepository(sqlite)
    await facts.save(someFactRow({ folded: [] }))
    const writers = [startStoreChild(path, 'count-to-60'), startStoreChild(path, 'count-to-60')]
    expect(await Promise.all(writers.map(({ ended }) => ended))).toEqual([0, 0])
    const row = await facts.find(acme, 'scan-1')
    await sqlite.close()
    expect(row?.revision).toBe(1 + 120)
    expect([...(row?.folded ?? [])].sort()).toEqual(writers.flatMap(({ acknowledged }) => acknowledged).sort())
  })
})

test('a write waits while another connection holds the file, and is done once that lets go', async () => {
  await withTemporaryFile(async (path) => {
    const sqlite = await openSqlite({ path })
    const queue = new SqliteEvidenceQueue(sqlite)
    const holder = new DatabaseSync(path)
    holder.exec('BEGIN IMMEDIATE')
    const marking = queue.markFolded(acme, ['nobody'], 1)
    let isDone = false
    const done = marking.then(() => {
      isDone = true
    })
    // Reads go on meanwhile, and the event loop turns.
    for (let turn = 0; turn < 50; turn++) {
      expect(await queue.countAllPending()).toBe(0)
      await new Promise(setImmediate)
    }
    expect(isDone).toBe(false)
    holder.exec('ROLLBACK')
    await done
    holder.close()
    await sqlite.close()
  })
})

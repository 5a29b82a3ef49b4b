import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { expect, test } from 'vitest'
import { SqliteWriter } from '../../../src/sqlite/sqlite-writer.ts'
import { withTemporaryFile } from '../../support/temporary-sqlite.ts'

const unit = { statements: [{ sql: 'CREATE TABLE IF NOT EXISTS words (word TEXT)', params: [] }] }

test('a thread that dies rejects all that waits as unavailable, and the next write starts another', async () => {
  await withTemporaryFile(async (path) => {
    const writer = new SqliteWriter(path)
    const outcomes = await Promise.allSettled([writer.write(unit), writer.write(unit)])
    const unavailable = { status: 'rejected', reason: { code: 'STORE_UNAVAILABLE', retryAfterSeconds: 5 } }
    expect(outcomes).toMatchObject([unavailable, unavailable])
    expect(String(outcomes[0]?.status === 'rejected' && outcomes[0].reason.cause)).toContain(
      'unable to open database file',
    )
    mkdirSync(dirname(path))
    expect(await writer.write(unit)).toMatchObject({ status: 'committed' })
    await writer.close()
  })
})

test('what cannot be sent to the thread rejects its own promise only', async () => {
  await withTemporaryFile(async (path) => {
    mkdirSync(dirname(path))
    const writer = new SqliteWriter(path)
    const unsendable = { statements: [{ sql: 'SELECT ?', params: [(() => 1) as unknown as string] }] }
    const outcomes = await Promise.allSettled([writer.write(unsendable), writer.write(unit)])
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled'])
    await writer.close()
  })
})

test('a writer that was never used has nothing to close', async () => {
  await expect(new SqliteWriter('nowhere').close()).resolves.toBeUndefined()
})

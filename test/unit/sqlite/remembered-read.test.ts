import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Sqlite } from '../../../src/sqlite/open-sqlite.ts'
import { RememberedRead } from '../../../src/sqlite/remembered-read.ts'
import { openTwoReplicas, type TwoReplicas } from '../../support/temporary-sqlite.ts'

const owners = 'SELECT owner FROM fold_leases WHERE subject_key = ?'

let replicas: TwoReplicas
let read: RememberedRead

beforeEach(async () => {
  replicas = await openTwoReplicas()
  read = new RememberedRead(replicas.one.reader, owners)
})
afterEach(async () => replicas.close())

async function setOwner({ writer }: Sqlite, owner: string): Promise<void> {
  const sql = `INSERT INTO fold_leases (tenant, subject_key, owner, until_ms) VALUES ('acme', 'scan-1', ?, 0)
    ON CONFLICT DO UPDATE SET owner = excluded.owner`
  await writer.write({ statements: [{ sql, params: [owner] }] })
}

describe('what a remembered read answers', () => {
  test('is what was committed before it was asked, whichever process wrote', async () => {
    expect(await read.first(['scan-1'])).toBeUndefined()
    for (const [writer, owner] of [
      [replicas.one, 'first'],
      [replicas.other, 'second'],
      [replicas.other, 'third'],
    ] as const) {
      await setOwner(writer, owner)
      expect(await read.first(['scan-1'])).toEqual({ owner })
    }
  })

  test('is fresh for each of many that ask while another process writes', async () => {
    for (let round = 0; round < 50; round++) {
      await setOwner(replicas.other, String(round))
      const answers = await Promise.all([read.first(['scan-1']), read.first(['scan-1']), read.first(['other'])])
      expect(answers).toEqual([{ owner: String(round) }, { owner: String(round) }, undefined])
    }
  })

  test('was looked up anew by another read of the same connection too', async () => {
    expect(await read.first(['scan-1'])).toBeUndefined()
    await setOwner(replicas.other, 'first')
    expect(replicas.one.reader.first(owners, ['scan-1'])).toEqual({ owner: 'first' })
    expect(await read.first(['scan-1'])).toEqual({ owner: 'first' })
  })

  test('costs one look for all that ask in a turn, and no read while nobody commits', async () => {
    await setOwner(replicas.one, 'first')
    await read.first(['scan-1'])
    const asked = vi.spyOn(replicas.one.reader, 'first')
    const answers = await Promise.all(Array.from({ length: 20 }, () => read.first(['scan-1'])))
    expect(new Set(answers.map((row) => row?.['owner']))).toEqual(new Set(['first']))
    expect(asked.mock.calls.map(([sql]) => sql)).toEqual(['PRAGMA data_version'])
  })

  test('is a failure where the store cannot be read, and not what was known', async () => {
    await read.first(['scan-1'])
    replicas.one.reader.close()
    await expect(read.first(['scan-1'])).rejects.toThrow()
  })
})

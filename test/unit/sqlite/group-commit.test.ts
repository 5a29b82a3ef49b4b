import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { GroupCommit } from '../../../src/sqlite/group-commit.ts'
import type { WriteStatement, WriteUnit } from '../../../src/sqlite/write-unit.ts'

let database: DatabaseSync
let group: GroupCommit
beforeEach(() => {
  database = new DatabaseSync(':memory:')
  database.exec('CREATE TABLE words (word TEXT PRIMARY KEY, heft INTEGER NOT NULL) STRICT')
  group = new GroupCommit(database)
})
afterEach(() => database.close())

function insert(word: string, heft: number | string = 1): WriteStatement {
  return { sql: 'INSERT INTO words VALUES (?, ?)', params: [word, heft] }
}

function unit(...statements: WriteStatement[]): WriteUnit {
  return { statements }
}

function words(): unknown[] {
  return database
    .prepare('SELECT word FROM words ORDER BY word')
    .all()
    .map(({ word }) => word)
}

describe('a group of units', () => {
  test('is written together, and tells each what it changed and returned', () => {
    const [first, second, empty] = group.commit([
      unit(insert('a'), { sql: 'UPDATE words SET heft = heft + ? RETURNING word, heft', params: [1] }),
      unit({ sql: 'DELETE FROM words WHERE word = ?', params: ['nobody'] }),
      unit(),
    ])
    expect(first).toEqual({ status: 'committed', changes: [1, 1], rows: [[], [{ word: 'a', heft: 2 }]] })
    expect(second).toEqual({ status: 'committed', changes: [0], rows: [[]] })
    expect(empty).toEqual({ status: 'committed', changes: [], rows: [] })
    expect(database.isTransaction).toBe(false)
  })

  test('an unmet expectation undoes its unit alone, wherever in it', () => {
    const outcomes = group.commit([
      unit(insert('before')),
      unit(insert('undone'), { sql: 'DELETE FROM words WHERE word = ?', params: ['nobody'], expectChanges: 1 }),
      unit({ sql: 'DELETE FROM words', params: [], expectChanges: 5 }, insert('never')),
      unit(insert('after')),
    ])
    expect(outcomes.map(({ status }) => status)).toEqual(['committed', 'unexpected', 'unexpected', 'committed'])
    expect(outcomes[1]).toEqual({ status: 'unexpected', statement: 1, changes: 0 })
    expect(outcomes[2]).toEqual({ status: 'unexpected', statement: 0, changes: 1 })
    expect(words()).toEqual(['after', 'before'])
  })

  test.each([
    ['a broken rule', insert('before')],
    ['a value of the wrong type', insert('x', 'heavy')],
    ['a statement that is none', { sql: 'INSRT', params: [] }],
    ['too many parameters', { sql: 'DELETE FROM words', params: [1] }],
  ])('%s undoes its unit alone, and is our fault', (_, statement) => {
    const outcomes = group.commit([unit(insert('before')), unit(insert('undone'), statement), unit(insert('after'))])
    expect(outcomes.map(({ status }) => status)).toEqual(['committed', 'failed', 'committed'])
    expect(outcomes[1]).toMatchObject({ code: 'STORE_REFUSED' })
    expect(words()).toEqual(['after', 'before'])
  })

  test('a full disk fails the whole group, writes nothing of it, and the next group is written', () => {
    group.commit([unit(insert('kept'))])
    database.exec('PRAGMA max_page_count = 8')
    const outcomes = group.commit([unit(insert('small')), unit(insert('x'.repeat(100_000))), unit(insert('other'))])
    expect(outcomes).toMatchObject(Array.from({ length: 3 }, () => ({ status: 'failed', code: 'STORE_UNAVAILABLE' })))
    expect(words()).toEqual(['kept'])
    expect(group.commit([unit(insert('next'))])).toMatchObject([{ status: 'committed' }])
  })

  test('a file that cannot be written fails every unit as unavailable', () => {
    database.exec('PRAGMA query_only = ON')
    expect(group.commit([unit(insert('a'))])).toMatchObject([{ status: 'failed', code: 'STORE_UNAVAILABLE' }])
    expect(database.isTransaction).toBe(false)
  })
})

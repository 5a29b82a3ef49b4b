import { writeSync } from 'node:fs'
import { SqliteEvidenceQueue } from '../../src/evidence/sqlite-evidence-queue.ts'
import { SqliteFactRepository } from '../../src/facts/sqlite-fact-repository.ts'
import { openSqlite, type Sqlite } from '../../src/sqlite/open-sqlite.ts'
import { acme, nextRow, someEvidence } from './store-values.ts'

// What a child of `store-child.ts` runs: many writers at once, a line on standard output for each acknowledgement.

const writersAtOnce = 8

const [path = '', task] = process.argv.slice(2)
const sqlite = await openSqlite({ path })
const tasks: Readonly<Record<string, (sqlite: Sqlite) => Promise<void>>> = {
  'append-for-ever': (store) => append(store, Number.POSITIVE_INFINITY),
  'append-300': (store) => append(store, 300),
  'count-to-60': (store) => count(store, 60),
}
await tasks[task ?? '']?.(sqlite)
await sqlite.close()

async function append(store: Sqlite, times: number): Promise<void> {
  const queue = new SqliteEvidenceQueue(store)
  await inTurns(times, async () => {
    const evidence = someEvidence()
    await queue.append(evidence)
    writeSync(1, `${evidence.id}\n`)
  })
}

async function count(store: Sqlite, times: number): Promise<void> {
  const facts = new SqliteFactRepository(store)
  await inTurns(times, async (turn) => {
    const id = `${process.pid}-${turn}`
    for (let outcome = 'conflict'; outcome === 'conflict'; ) {
      const row = await facts.find(acme, 'scan-1')
      if (row) outcome = await facts.save(nextRow(row, { folded: [...row.folded, id] }))
    }
    writeSync(1, `${id}\n`)
  })
}

async function inTurns(times: number, run: (turn: number) => Promise<void>): Promise<void> {
  let turn = 0
  const writer = async (): Promise<void> => {
    while (turn < times) await run(turn++)
  }
  await Promise.all(Array.from({ length: writersAtOnce }, writer))
}

import { expect, test } from 'vitest'
import { type BenchRow, resultOf } from '../../../bench/support/claim.ts'
import { jsonLines, textLines } from '../../../bench/support/report.ts'
import { type RowOutcome, runRows } from '../../../bench/support/run-rows.ts'

const good: BenchRow = {
  name: 'good',
  async *measure() {
    const claim = { row: 1, claim: 'ours', against: 'theirs', bar: 2, better: 'lower' } as const
    yield resultOf(claim, { unit: 'ms', ours: [1], baseline: [1] })
  },
}

const broken: BenchRow = {
  name: 'broken',
  measure() {
    throw new Error('no server')
  },
}

async function outcomesOf(rows: readonly BenchRow[]): Promise<RowOutcome[]> {
  return await Array.fromAsync(runRows(rows, { isFull: false, isProfiled: false }))
}

test('a row that throws is told, and those behind it are measured all the same', async () => {
  const outcomes = await outcomesOf([broken, good])
  expect(outcomes.map(({ row, kind }) => `${row.name} ${kind}`)).toEqual([
    'broken failed',
    'broken ended',
    'good measured',
    'good ended',
  ])
})

test('programs get one line a result, and one for a row that failed', async () => {
  const lines = (await outcomesOf([broken, good])).flatMap(jsonLines)
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    { name: 'broken', error: 'Error: no server' },
    { row: 1, claim: 'ours', ratio: 1, bar: 2, aim: 2, holds: true },
  ])
})

test('people get a mark before each claim', async () => {
  const lines = (await outcomesOf([good, broken])).flatMap(textLines)
  expect(lines[0]).toMatch(/^holds {3}1\. ours: 1 /)
  expect(lines.find((line) => line.startsWith('FAILED'))).toContain('broken: Error: no server')
})

import { createReadStream, globSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { HitAggregate } from '../../../src/runtime-facts/merge-hits.ts'
import { readEvents } from '../../../src/runtime-facts/read-events.ts'

const fixtures = resolve(import.meta.dirname, '../../../fixtures/real')
const runs = globSync('*/*/runtime.ndjson', { cwd: fixtures }).sort()

test('there are runs of several languages', () => {
  expect(runs.length).toBeGreaterThan(3)
})

test.each(runs)('every event of a real run is accepted and counted: %s', async (run) => {
  const path = resolve(fixtures, run)
  const said: { symbolId: string; hitCount: number }[] = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
  const hits = new HitAggregate({ maxSymbols: 1_000_000 })
  let accepted = 0
  for await (const read of readEvents({ maxLineBytes: 1024 * 1024, maxDepth: 64 }, createReadStream(path))) {
    for (const found of read) {
      if ('violation' in found) throw new Error(`refused: ${JSON.stringify(found.violation)}`)
      hits.add(found.event)
      accepted += 1
    }
  }
  expect(accepted).toBe(said.length)
  expect(hits.totalHits).toBe(said.reduce((sum, { hitCount }) => sum + hitCount, 0))
  expect(hits.symbolIds()).toEqual([...new Set(said.map(({ symbolId }) => symbolId))].sort())
})

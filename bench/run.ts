import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { allRows } from './rows/all-rows.ts'
import { busyness, describeMachine, today } from './support/machine.ts'
import { withMeasured } from './support/performance-page.ts'
import { jsonLines, tableLine, textLines } from './support/report.ts'
import { runRows } from './support/run-rows.ts'

const { values: asked, positionals: names } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    full: { type: 'boolean', default: false },
    profile: { type: 'boolean', default: false },
  },
})

const unknown = names.filter((name) => !allRows.some((row) => row.name === name))
if (unknown.length > 0)
  throw new Error(`no rows ${unknown.join(', ')}; there are ${allRows.map(({ name }) => name).join(', ')}`)

const rows = allRows.filter(({ name }) => names.length === 0 || names.includes(name))
const page = join(import.meta.dirname, '../docs/performance.md')
for await (const outcome of runRows(rows, { isFull: asked.full, isProfiled: asked.profile })) {
  for (const line of asked.json ? jsonLines(outcome) : textLines(outcome)) process.stdout.write(`${line}\n`)
  if (outcome.kind === 'failed') process.exitCode = 1
  // At once: a run that is ended early keeps what it measured.
  if (outcome.kind === 'measured' && asked.write) {
    const line = tableLine(outcome.result, `${today()}, ${busyness()}`)
    writeFileSync(page, withMeasured(readFileSync(page, 'utf8'), { line, machine: describeMachine() }))
  }
}

import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { allRows } from './rows/all-rows.ts'
import type { Result } from './support/claim.ts'
import { hotSpots } from './support/hot-spots.ts'
import { describeMachine } from './support/machine.ts'
import { withMeasured } from './support/performance-page.ts'
import { jsonLine, tableLine, textLines } from './support/report.ts'

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

const page = join(import.meta.dirname, '../docs/performance.md')
const results: Result[] = []
for (const row of allRows.filter(({ name }) => names.length === 0 || names.includes(name))) {
  const profileDirectory = asked.profile ? mkdtempSync(join(tmpdir(), 'signals-profile-')) : undefined
  for await (const result of row.measure({ isFull: asked.full, profileDirectory })) {
    results.push(result)
    print(asked.json ? [jsonLine(result)] : textLines(result))
  }
  if (profileDirectory !== undefined) print(hotSpots(profileDirectory))
}
if (asked.write) writeFileSync(page, measuredPage(readFileSync(page, 'utf8')))

function measuredPage(text: string): string {
  const date = new Date().toISOString().slice(0, 10)
  return withMeasured(text, { lines: results.map((result) => tableLine(result, date)), machine: describeMachine() })
}

function print(lines: readonly string[]): void {
  for (const line of lines) process.stdout.write(`${line}\n`)
}

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { allRows } from './rows/all-rows.ts'
import { busyness, describeMachine, today } from './support/machine.ts'
import { withMeasured } from './support/performance-page.ts'
import { jsonLines, tableLine, textLines } from './support/report.ts'
import { type RowOutcome, runRows } from './support/run-rows.ts'

export interface RowsAsked {
  /** All of them where none is named. */
  readonly names: readonly string[]
  readonly json: boolean
  readonly write: boolean
  readonly full: boolean
  readonly profile: boolean
}

const page = join(import.meta.dirname, '../docs/performance.md')

/** Prints what each row came to; false when one could not be measured. */
export async function measureRows({ names, json, write, full, profile }: RowsAsked): Promise<boolean> {
  requireKnown(names)
  const rows = allRows.filter(({ name }) => names.length === 0 || names.includes(name))
  let isComplete = true
  for await (const outcome of runRows(rows, { isFull: full, isProfiled: profile })) {
    for (const line of json ? jsonLines(outcome) : textLines(outcome)) process.stdout.write(`${line}\n`)
    if (write) writeMeasured(outcome)
    if (outcome.kind === 'failed') isComplete = false
  }
  return isComplete
}

function requireKnown(names: readonly string[]): void {
  const unknown = names.filter((name) => !allRows.some((row) => row.name === name))
  if (unknown.length === 0) return
  throw new Error(`no rows ${unknown.join(', ')}; there are ${allRows.map(({ name }) => name).join(', ')}, and soak`)
}

/** Each at once: a run that is ended early keeps what it measured. */
function writeMeasured(outcome: RowOutcome): void {
  if (outcome.kind !== 'measured') return
  const line = tableLine(outcome.result, `${today()}, ${busyness()}`)
  writeFileSync(page, withMeasured(readFileSync(page, 'utf8'), { line, machine: describeMachine() }))
}

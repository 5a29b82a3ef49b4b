import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BenchOptions, BenchRow, Result } from './claim.ts'
import { hotSpots } from './hot-spots.ts'

/** What one row came to: its results, or why there are none. */
export type RowOutcome =
  | { readonly kind: 'measured'; readonly row: BenchRow; readonly result: Result }
  | { readonly kind: 'profiled'; readonly row: BenchRow; readonly spots: readonly string[] }
  | { readonly kind: 'failed'; readonly row: BenchRow; readonly error: unknown }
  | { readonly kind: 'ended'; readonly row: BenchRow; readonly seconds: number }

interface RunOptions extends Pick<BenchOptions, 'isFull'> {
  readonly isProfiled: boolean
}

/** One row after another; one that throws does not keep the others from being measured. */
export async function* runRows(rows: readonly BenchRow[], options: RunOptions): AsyncGenerator<RowOutcome> {
  for (const row of rows) {
    const start = performance.now()
    try {
      yield* runRow(row, options)
    } catch (error) {
      yield { kind: 'failed', row, error }
    }
    yield { kind: 'ended', row, seconds: (performance.now() - start) / 1000 }
  }
}

async function* runRow(row: BenchRow, { isFull, isProfiled }: RunOptions): AsyncGenerator<RowOutcome> {
  const profileDirectory = isProfiled ? mkdtempSync(join(tmpdir(), 'signals-profile-')) : undefined
  for await (const result of row.measure({ isFull, profileDirectory })) yield { kind: 'measured', row, result }
  if (profileDirectory !== undefined) yield { kind: 'profiled', row, spots: hotSpots(profileDirectory) }
}

import { entryCountOf } from './chunked-list.ts'
import { FactError } from './fact-errors.ts'
import type { FactRow } from './fact-row.ts'
import type { SubjectLimits } from './merge-evidence.ts'

/**
 * Refuses what would add to a subject that is full. Two posts at once can still pass this together: then the fold keeps
 * the ordinally smallest names and says so, rather than stand still.
 */
export function requireRoom(limits: SubjectLimits, row: FactRow | undefined, adds: keyof SubjectLimits): void {
  const held = heldBy(row)[adds]
  if (held < limits[adds]) return
  throw new FactError('SUBJECT_TOO_LARGE', `the subject has ${held} ${adds}, and may have ${limits[adds]}`)
}

function heldBy(row: FactRow | undefined): Readonly<Record<keyof SubjectLimits, number>> {
  if (!row) return { symbols: 0, targets: 0 }
  return { symbols: row.fact?.summary.runtimeFactCount ?? 0, targets: entryCountOf(row.ledger.requested) }
}

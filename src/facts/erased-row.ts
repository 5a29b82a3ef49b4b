import { redactSlimEvent } from '../events/redact-event.ts'
import type { Subject } from '../identifiers/subject.ts'
import { canonicalJson } from '../lib/canonical-json.ts'
import { emptyLedger } from './fact-ledger.ts'
import type { FactRow } from './fact-row.ts'

/**
 * The tombstone of a subject: its key, and where revisions and versions go on. What still waits to be told is told as a
 * version of which nothing is left, so that no reader of the event log misses one.
 */
export function erasedRow(row: FactRow): FactRow {
  const { tenant, subjectKey, revision, version, events, ledger } = row
  return {
    tenant,
    subjectKey,
    revision: revision + 1,
    version,
    aliases: [],
    ledger: emptyLedger(ledger.subject),
    folded: [],
    events: events.map(redactSlimEvent),
  }
}

/** Of a subject of which nobody has said anything yet that is in its row. */
export function newRow(tenant: FactRow['tenant'], subjectKey: string, subject: Subject): FactRow {
  return {
    tenant,
    subjectKey,
    revision: 0,
    version: 0,
    aliases: [],
    ledger: emptyLedger(subject),
    folded: [],
    events: [],
  }
}

/** Whether a row says nothing but that there was something. */
export function isErasedRow({ fact, folded, ledger }: FactRow): boolean {
  if (fact || folded.length > 0) return false
  return canonicalJson(ledger) === canonicalJson(emptyLedger(ledger.subject))
}

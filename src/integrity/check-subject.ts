import type { FactRow } from '../facts/fact-row.ts'
import type { Tenant } from '../identifiers/tenant.ts'
import { checkFact } from './check-fact.ts'
import { type Finding, finding } from './finding.ts'
import type { IntegrityDeps } from './integrity-deps.ts'
import type { LoggedEvents } from './logged-events.ts'
import { lookAgain } from './look-again.ts'
import type { NamingRow } from './named-blobs.ts'

interface Subject {
  readonly tenant: Tenant
  readonly subjectKey: string
}

/** A subject's row: its fact, its events, and the evidence that it says it holds. */
export async function checkSubject(
  deps: IntegrityDeps,
  log: LoggedEvents,
  subject: Subject,
): Promise<readonly Finding[]> {
  const { tenant, subjectKey } = subject
  const row: NamingRow = { tenant, where: `facts/${subjectKey}` }
  let isFirst = true
  return await lookAgain(async () => {
    const loggedBefore = log.latestOf(subjectKey)?.version ?? 0
    const stored = await deps.facts.peek(tenant, subjectKey)
    if (!stored) return []
    // An event that has left the row is in the log by then; the first look spares itself the way.
    if (!isFirst) await log.follow()
    isFirst = false
    return [
      ...aheadFindings(row, stored, loggedBefore),
      ...eventFindings(row, stored, log),
      ...(await foldedFindings(deps, row, stored)),
      ...(await checkFact(deps, row, stored)),
    ]
  })
}

function aheadFindings(row: NamingRow, { version }: FactRow, logged: number): Finding[] {
  if (logged <= version) return []
  const what = 'the log tells of a version that the fact has not come to'
  return [finding('event-without-fact', { ...row, what, expected: `version ${version}`, found: `version ${logged}` })]
}

/** Every version was told, or still waits to be. */
function eventFindings(row: NamingRow, { version, events, fact, subjectKey }: FactRow, log: LoggedEvents): Finding[] {
  const latest = log.latestOf(subjectKey)
  const waiting = new Set(events.map((event) => event.version))
  const missing: Finding[] = []
  for (let untold = (latest?.version ?? 0) + 1; untold <= version; untold += 1) {
    if (waiting.has(untold)) continue
    const what = 'no event tells of a version'
    missing.push(finding('event-missing', { ...row, what, expected: `version ${untold}` }))
  }
  if (latest && latest.version === version && fact && latest.digest !== fact.digest) {
    const what = 'the event of its version tells of another fact'
    missing.push(finding('event-without-fact', { ...row, what, expected: fact.digest, found: latest.digest }))
  }
  return missing
}

async function foldedFindings({ queue }: IntegrityDeps, row: NamingRow, { folded }: FactRow): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const id of folded) {
    if (await queue.findReceipt(row.tenant, id)) continue
    const what = 'it holds evidence that has no row'
    findings.push(finding('dangling-reference', { ...row, what, expected: `evidence/${id}` }))
  }
  return findings
}

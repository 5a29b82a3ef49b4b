import { blobKey } from '../cas/cas-uri.ts'
import type { FactUpdated } from '../events/fact-updated.ts'
import type { Digest } from '../identifiers/digest.ts'
import type { Tenant } from '../identifiers/tenant.ts'
import { type Finding, finding } from './finding.ts'
import type { IntegrityDeps } from './integrity-deps.ts'
import { lookAgain } from './look-again.ts'

export interface LatestEvent {
  readonly version: number
  readonly digest: string
}

const pageLength = 500

/**
 * A tenant's log, followed as far as it goes: every event has its fact, and those of a subject are numbered without gaps.
 * It keeps the latest event of each subject, about a hundred bytes, which its row is compared with.
 */
export class LoggedEvents {
  readonly #deps: IntegrityDeps
  readonly #tenant: Tenant
  readonly #report: (findings: readonly Finding[]) => Promise<void>
  readonly #latest = new Map<string, LatestEvent>()
  #cursor: string | undefined
  #count = 0

  constructor(deps: IntegrityDeps, tenant: Tenant, report: (findings: readonly Finding[]) => Promise<void>) {
    this.#deps = deps
    this.#tenant = tenant
    this.#report = report
  }

  get count(): number {
    return this.#count
  }

  latestOf(subjectKey: string): LatestEvent | undefined {
    return this.#latest.get(subjectKey)
  }

  /** Reads what has come since the last time. */
  async follow(): Promise<void> {
    for (;;) {
      const { items, nextCursor } = await this.#deps.eventLog.page(this.#tenant, this.#cursor, pageLength)
      if (nextCursor === undefined) return
      for (const event of items) await this.#take(event)
      this.#cursor = nextCursor
      this.#count += items.length
    }
  }

  async #take(event: FactUpdated): Promise<void> {
    const { subject_key, fact_version: version, digest } = event
    await this.#report([...this.#orderFindings(event), ...(await lookAgain(() => this.#factFindings(event)))])
    this.#latest.set(subject_key, { version, digest })
  }

  #orderFindings(event: FactUpdated): Finding[] {
    const { event_id, subject_key, fact_version } = event
    const expected = (this.latestOf(subject_key)?.version ?? 0) + 1
    if (fact_version === expected) return []
    const what = `in the log it is not the next version of ${subject_key}`
    return [
      finding('event-missing', {
        tenant: this.#tenant,
        where: `events/${event_id}`,
        what,
        expected: `version ${expected}`,
        found: `version ${fact_version}`,
      }),
    ]
  }

  /** A fact is stored, content and row, before its event is told. */
  async #factFindings({ event_id, subject_key, digest, summary }: FactUpdated): Promise<Finding[]> {
    const { cas, facts } = this.#deps
    const told = { tenant: this.#tenant, where: `events/${event_id}` }
    const key = blobKey(this.#tenant, 'reachability_facts', digest as Digest, '.json.zst')
    const findings: Finding[] = []
    if (summary.erased !== true && !(await cas.has(key))) {
      findings.push(
        finding('event-without-fact', { ...told, what: 'the fact it tells of is not there', expected: digest }),
      )
    }
    if ((await facts.revisionOf(this.#tenant, subject_key)) === undefined) {
      const what = 'the subject it tells of has no row'
      findings.push(finding('event-without-fact', { ...told, what, expected: `facts/${subject_key}` }))
    }
    return findings
  }
}

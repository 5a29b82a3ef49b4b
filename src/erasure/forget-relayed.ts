import type { EventLog } from '../events/event-log.ts'
import type { FactUpdated } from '../events/fact-updated.ts'
import { redactEvent } from '../events/redact-event.ts'
import type { FactVersions } from '../facts/fact-versions.ts'
import type { Tenant } from '../identifiers/tenant.ts'
import type { Erasures } from './erasures.ts'

export interface ForgetRelayedDeps {
  readonly erasures: Pick<Erasures, 'holdOf'>
  readonly eventLog: Pick<EventLog, 'replace'>
  readonly versions: Pick<FactVersions, 'removeThrough'>
}

/**
 * Takes back what a relay made durable of a subject that was erased meanwhile. An erasure is on record before it looks at
 * the log, and a relay writes to the log before it looks at the record: whoever comes second sees the other.
 */
export async function forgetRelayed(deps: ForgetRelayedDeps, relayed: readonly FactUpdated[]): Promise<void> {
  const bySubject = Map.groupBy(relayed, ({ tenant, subject_key }) => `${tenant}\0${subject_key}`)
  await Promise.all([...bySubject.values()].map((events) => forgetOf(deps, events)))
}

async function forgetOf({ erasures, eventLog, versions }: ForgetRelayedDeps, events: readonly FactUpdated[]) {
  const [first] = events
  if (!first) return
  // A fact's tenant was checked when its evidence came.
  const subject = { tenant: first.tenant as Tenant, subjectKey: first.subject_key }
  const { erasedThrough } = await erasures.holdOf(subject)
  const erased = events.filter(({ fact_version }) => fact_version <= erasedThrough)
  if (erased.length === 0) return
  await eventLog.replace(erased.map(redactEvent))
  await versions.removeThrough(subject, erasedThrough)
}

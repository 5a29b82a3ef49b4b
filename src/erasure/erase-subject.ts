import { redactEvent } from '../events/redact-event.ts'
import type { PendingSubject } from '../evidence/evidence-queue.ts'
import { underLease } from '../facts/fold-lease.ts'
import { timestampOf } from '../lib/clock.ts'
import { buryRow, busy, planChanged } from './bury-subject.ts'
import type { Erasure } from './erasure.ts'
import type { ErasureDeps } from './erasure-deps.ts'
import { ErasureError } from './erasure-errors.ts'
import { type PlannedSubject, planSubject } from './plan-erasure.ts'
import { removeContent } from './remove-content.ts'
import { eventsOf, type Holdings, withoutSubject } from './subject-holdings.ts'

export interface ConfirmedSubject extends PendingSubject {
  /** The digest of the plan that somebody has seen. */
  readonly confirm: string
  readonly correlationId: string
}

/**
 * Erases a subject as its plan says, or not at all when that is not the plan any more. A plan that was carried out is
 * answered with what was done.
 */
export async function eraseSubject(deps: ErasureDeps, confirmed: ConfirmedSubject): Promise<Erasure> {
  const erased = await underLease({ ...deps, owner: deps.newId() }, confirmed, async () => {
    const planned = await planSubject(deps, confirmed)
    if (planned?.plan.planDigest === confirmed.confirm) return await carryOut(deps, planned, confirmed.correlationId)
    const earlier = await deps.erasures.findEnded(confirmed, confirmed.confirm)
    if (earlier) return earlier
    throw planned ? planChanged(planned.plan) : nothingToErase(confirmed.subjectKey)
  })
  if (erased === 'busy') throw busy(confirmed.subjectKey)
  deps.requestFold(confirmed)
  return erased
}

/**
 * The record first, and content last: whatever happens in between, the record and the rows that are left say what is still
 * to be done, and no fold begins before it is.
 */
async function carryOut(deps: ErasureDeps, planned: PlannedSubject, correlationId: string): Promise<Erasure> {
  const { holdings, content } = planned
  const { tenant } = holdings.row
  const begun = erasureOf(deps, planned, correlationId)
  await deps.erasures.begin(begun)
  await buryRow(deps, holdings.row)
  await eraseRows(deps, holdings)
  const { own, shareable } = holdings.content
  const young = await removeContent(deps, { tenant, own, shareable: shareable.intersection(content) })
  const ended = { ...begun, endedAt: timestampOf(deps.clock()), left: { own: [], shareable: young } }
  await deps.erasures.end(ended)
  deps.onErased(ended)
  return ended
}

function erasureOf(deps: ErasureDeps, { plan, holdings, content }: PlannedSubject, correlationId: string): Erasure {
  const { tenant, subjectKey } = holdings.row
  return {
    id: deps.newId(),
    tenant,
    subjectKey,
    planDigest: plan.planDigest,
    version: plan.version,
    counts: plan.erases,
    correlationId,
    begunAt: timestampOf(deps.clock()),
    left: { own: [...holdings.content.own], shareable: [...holdings.content.shareable.intersection(content)] },
  }
}

/** The events are looked for again: the relay may have brought some to the log since the plan was made. */
async function eraseRows(deps: ErasureDeps, { row, evidenceIds, deadEventIds, bundles }: Holdings): Promise<void> {
  const { tenant, subjectKey, version } = row
  await deps.versions.removeThrough(row, version)
  await deps.eventLog.replace((await eventsOf(deps, row)).map(redactEvent))
  for (const eventId of deadEventIds) await deps.deadLetters.remove(tenant, eventId)
  await deps.callgraphs.unlinkSubject(tenant, subjectKey)
  for (const bundle of bundles) await deps.bundles.replace(withoutSubject(bundle))
  for (let from = 0; from < evidenceIds.length; from += idsAtOnce) {
    await deps.queue.remove(tenant, evidenceIds.slice(from, from + idsAtOnce))
  }
}

const idsAtOnce = 500

function nothingToErase(subjectKey: string): ErasureError {
  return new ErasureError('NOTHING_TO_ERASE', `there is nothing about ${subjectKey.slice(0, 512)}`)
}

import { casUri } from '../cas/cas-uri.ts'
import { redactEvent } from '../events/redact-event.ts'
import type { FactRow } from '../facts/fact-row.ts'
import { underLease } from '../facts/fold-lease.ts'
import type { Tenant } from '../identifiers/tenant.ts'
import { timestampOf } from '../lib/clock.ts'
import { buryRow, busy, planChanged } from './bury-subject.ts'
import { type Erasure, nothingLeft } from './erasure.ts'
import type { ErasureDeps } from './erasure-deps.ts'
import { ErasureError } from './erasure-errors.ts'
import type { ErasurePlan } from './plan-erasure.ts'
import { planTenant } from './plan-tenant.ts'
import { removeContent } from './remove-content.ts'
import {
  analysisIdsOf,
  callgraphsOf,
  evidenceIdsOf,
  lettersOf,
  livingSubjects,
  tellingEvents,
} from './tenant-holdings.ts'

export interface ConfirmedTenant {
  readonly tenant: Tenant
  /** The digest of the plan that somebody has seen. */
  readonly confirm: string
  readonly correlationId: string
}

/** Erases all of a tenant but its tombstones and the record of what was erased, or nothing when the plan has changed. */
export async function eraseTenant(deps: ErasureDeps, confirmed: ConfirmedTenant): Promise<Erasure> {
  const plan = await planTenant(deps, confirmed.tenant)
  if (plan?.planDigest === confirmed.confirm) return await carryOut(deps, plan, confirmed)
  const earlier = await deps.erasures.findEnded({ tenant: confirmed.tenant }, confirmed.confirm)
  if (earlier) return earlier
  throw plan ? planChanged(plan) : new ErasureError('NOTHING_TO_ERASE', `there is nothing of ${confirmed.tenant}`)
}

/** No fold of the tenant begins once the record is there. What is posted meanwhile may go as well. */
async function carryOut(deps: ErasureDeps, plan: ErasurePlan, { tenant, correlationId }: ConfirmedTenant) {
  const begun: Erasure = {
    id: deps.newId(),
    tenant,
    planDigest: plan.planDigest,
    version: 0,
    counts: plan.erases,
    correlationId,
    begunAt: timestampOf(deps.clock()),
    left: nothingLeft,
  }
  await deps.erasures.begin(begun)
  for await (const row of livingSubjects(deps, tenant)) await burySubject(deps, row, begun)
  await eraseRows(deps, tenant)
  const uris = new Set((await Array.fromAsync(deps.cas.list(tenant))).map(casUri))
  const young = await removeContent(deps, { tenant, own: new Set(), shareable: uris })
  const ended = { ...begun, endedAt: timestampOf(deps.clock()), left: { own: [], shareable: young } }
  await deps.erasures.end(ended)
  deps.onErased(ended)
  return ended
}

/** With a record of its own: a relay that is late asks for that of the subject. */
async function burySubject(deps: ErasureDeps, row: FactRow, whole: Erasure): Promise<void> {
  const { tenant, subjectKey } = row
  const outcome = await underLease({ ...deps, owner: deps.newId() }, row, async () => {
    const current = (await deps.facts.find(tenant, subjectKey)) ?? row
    const { version } = current
    const begun = { ...whole, id: deps.newId(), subjectKey, version, counts: noCounts }
    await deps.erasures.begin(begun)
    await buryRow(deps, current)
    await deps.versions.removeThrough(current, version)
    await deps.erasures.end({ ...begun, endedAt: timestampOf(deps.clock()) })
  })
  // A fold that began before the record was there; the next try finds it at its end.
  if (outcome === 'busy') throw busy(subjectKey)
}

/** They are told once, by the record of the whole. */
const noCounts = {
  facts: 0,
  versions: 0,
  evidence: 0,
  events: 0,
  deadLetters: 0,
  bundles: 0,
  callgraphs: 0,
  content: 0,
  contentBytes: 0,
}

async function eraseRows(deps: ErasureDeps, tenant: Tenant): Promise<void> {
  for await (const event of tellingEvents(deps, tenant)) await deps.eventLog.replace([redactEvent(event)])
  for (const { event } of await Array.fromAsync(lettersOf(deps, tenant))) {
    await deps.deadLetters.remove(tenant, event.event_id)
  }
  for await (const { id } of evidenceIdsOf(deps, tenant)) await deps.queue.remove(tenant, [id])
  for await (const analysisId of analysisIdsOf(deps, tenant)) await deps.bundles.remove(tenant, analysisId)
  for await (const { callgraphId } of callgraphsOf(deps, tenant)) await deps.callgraphs.remove(tenant, callgraphId)
}

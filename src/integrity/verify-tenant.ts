import type { Tenant } from '../identifiers/tenant.ts'
import { allPages } from './all-pages.ts'
import { checkBlob } from './check-blob.ts'
import { checkBundle } from './check-bundle.ts'
import { checkCallgraph } from './check-callgraph.ts'
import { checkEvidence } from './check-evidence.ts'
import { checkSubject } from './check-subject.ts'
import type { Finding } from './finding.ts'
import type { IntegrityDeps } from './integrity-deps.ts'
import { LoggedEvents } from './logged-events.ts'
import { lookAgain } from './look-again.ts'

/** How much was looked at. */
export interface Looked {
  readonly blobs: number
  readonly rows: number
  readonly events: number
}

export type Report = (findings: readonly Finding[]) => Promise<void>

/** Content first: where a corrupt object is moved aside, the rows that miss it are told behind it. */
export async function verifyTenant(deps: IntegrityDeps, tenant: Tenant, report: Report): Promise<Looked> {
  const blobs = await verifyBlobs(deps, tenant, report)
  const log = new LoggedEvents(deps, tenant, report)
  await log.follow()
  const rows = [
    await verifyCallgraphs(deps, tenant, report),
    await verifyBundles(deps, tenant, report),
    await verifyEvidence(deps, tenant, report),
    await verifySubjects(deps, log, { tenant, report }),
  ]
  return { blobs, rows: rows.reduce((sum, count) => sum + count, 0), events: log.count }
}

async function verifyBlobs({ cas, content }: IntegrityDeps, tenant: Tenant, report: Report): Promise<number> {
  return await eachOf(cas.list(tenant), async (key) => {
    await report(await lookAgain(() => checkBlob(content, key)))
  })
}

async function verifyCallgraphs(deps: IntegrityDeps, tenant: Tenant, report: Report): Promise<number> {
  const records = allPages(
    (after, limit) => deps.callgraphs.list(tenant, {}, after, limit),
    ({ callgraphId }) => callgraphId,
  )
  return await eachOf(records, async (record) => {
    await report(await lookAgain(() => checkCallgraph(deps, record)))
  })
}

async function verifyBundles(deps: IntegrityDeps, tenant: Tenant, report: Report): Promise<number> {
  const ids = allPages((after, limit) => deps.inventory.analysisIds(tenant, after, limit), String)
  return await eachOf(ids, async (id) => {
    await report(await lookAgain(() => checkBundle(deps, tenant, id)))
  })
}

async function verifyEvidence(deps: IntegrityDeps, tenant: Tenant, report: Report): Promise<number> {
  const rows = allPages(
    (after, limit) => deps.inventory.evidence(tenant, after, limit),
    ({ id }) => id,
  )
  return await eachOf(rows, async (evidence) => {
    await report(await lookAgain(() => checkEvidence(deps, tenant, evidence)))
  })
}

async function verifySubjects(
  deps: IntegrityDeps,
  log: LoggedEvents,
  { tenant, report }: { tenant: Tenant; report: Report },
): Promise<number> {
  const keys = allPages((after, limit) => deps.inventory.subjectKeys(tenant, after, limit), String)
  return await eachOf(keys, async (subjectKey) => {
    await report(await checkSubject(deps, log, { tenant, subjectKey }))
  })
}

async function eachOf<Item>(items: AsyncIterable<Item>, look: (item: Item) => Promise<void>): Promise<number> {
  let count = 0
  for await (const item of items) {
    await look(item)
    count += 1
  }
  return count
}

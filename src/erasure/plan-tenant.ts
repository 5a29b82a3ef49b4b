import { createHash } from 'node:crypto'
import { casUri } from '../cas/cas-uri.ts'
import { sha256Of } from '../identifiers/digest.ts'
import type { Tenant } from '../identifiers/tenant.ts'
import { canonicalBytes, canonicalJson } from '../lib/canonical-json.ts'
import { allVersions } from './all-versions.ts'
import type { ErasureDeps } from './erasure-deps.ts'
import { type ErasurePlan, sizeOf } from './plan-erasure.ts'
import {
  analysisIdsOf,
  callgraphsOf,
  evidenceIdsOf,
  lettersOf,
  livingSubjects,
  tellingEvents,
} from './tenant-holdings.ts'

/** Everything of a tenant; undefined where nothing but tombstones is left. */
export async function planTenant(deps: ErasureDeps, tenant: Tenant): Promise<ErasurePlan | undefined> {
  const subjects = await subjectsOf(deps, tenant)
  const evidence = await countOf(evidenceIdsOf(deps, tenant), ({ id }) => id)
  const bundles = await countOf(analysisIdsOf(deps, tenant), String)
  const callgraphs = await countOf(callgraphsOf(deps, tenant), ({ callgraphId }) => callgraphId)
  const events = await countOf(tellingEvents(deps, tenant), ({ event_id }) => event_id)
  const letters = await countOf(lettersOf(deps, tenant), ({ event }) => event.event_id)
  const content = await sizeOf(deps, tenant, (await Array.fromAsync(deps.cas.list(tenant))).map(casUri))
  const open = (await deps.erasures.open({ tenant })).map(({ id }) => id)
  const erases = {
    facts: subjects.facts,
    versions: subjects.versions,
    evidence: evidence.count,
    events: events.count,
    deadLetters: letters.count,
    bundles: bundles.count,
    callgraphs: callgraphs.count,
    ...content,
  }
  const { contentBytes: _bytes, ...counts } = erases
  if (open.length + Object.values(counts).reduce((sum, count) => sum + count, 0) === 0) return undefined
  const named = [subjects, evidence, bundles, callgraphs].map(({ digest }) => digest)
  // How much content there is depends on what has been derived meanwhile; that there is some does not.
  const planDigest = sha256Of(canonicalBytes({ tenant, named, open, hasContent: content.content > 0 }))
  return { erases, sharedContent: 0, version: 0, planDigest }
}

async function subjectsOf(deps: ErasureDeps, tenant: Tenant) {
  const hash = createHash('sha256')
  const counts = { facts: 0, versions: 0 }
  for await (const row of livingSubjects(deps, tenant)) {
    if (row.fact) counts.facts += 1
    counts.versions += (await allVersions(deps, row)).length
    hash.update(`${canonicalJson([row.subjectKey, row.version, row.fact?.digest ?? null])}\n`)
  }
  return { ...counts, digest: hash.digest('hex') }
}

async function countOf<Item>(items: AsyncIterable<Item>, nameOf: (item: Item) => string) {
  const hash = createHash('sha256')
  let count = 0
  for await (const item of items) {
    hash.update(`${nameOf(item)}\n`)
    count += 1
  }
  return { count, digest: hash.digest('hex') }
}

import type { DeadLetter } from '../events/dead-letters.ts'
import type { FactUpdated } from '../events/fact-updated.ts'
import { isErasedRow } from '../facts/erased-row.ts'
import type { FactRow } from '../facts/fact-row.ts'
import type { Tenant } from '../identifiers/tenant.ts'
import { allPages } from '../integrity/all-pages.ts'
import type { ErasureDeps } from './erasure-deps.ts'

/** Rows of subjects that are not tombstones yet. */
export async function* livingSubjects(
  { inventory, facts, versions }: ErasureDeps,
  tenant: Tenant,
): AsyncGenerator<FactRow> {
  for await (const key of allPages((after, limit) => inventory.subjectKeys(tenant, after, limit), String)) {
    const row = await facts.find(tenant, key)
    if (!row) continue
    const hasVersions = (await versions.page(row, undefined, 1)).length > 0
    if (hasVersions || !isErasedRow(row)) yield row
  }
}

export function evidenceIdsOf({ inventory }: ErasureDeps, tenant: Tenant): AsyncGenerator<{ readonly id: string }> {
  return allPages(
    (after, limit) => inventory.evidence(tenant, after, limit),
    ({ id }) => id,
  )
}

export function analysisIdsOf({ inventory }: ErasureDeps, tenant: Tenant): AsyncGenerator<string> {
  return allPages((after, limit) => inventory.analysisIds(tenant, after, limit), String)
}

export function callgraphsOf({ callgraphs }: ErasureDeps, tenant: Tenant) {
  return allPages(
    (after, limit) => callgraphs.list(tenant, {}, after, limit),
    ({ callgraphId }) => callgraphId,
  )
}

/** Those that still tell something. */
export async function* tellingEvents({ eventLog }: ErasureDeps, tenant: Tenant): AsyncGenerator<FactUpdated> {
  for (let cursor: string | undefined; ; ) {
    const { items, nextCursor } = await eventLog.page(tenant, cursor, 500)
    if (nextCursor === undefined) return
    yield* items.filter(({ summary }) => summary.erased !== true)
    cursor = nextCursor
  }
}

export async function* lettersOf({ deadLetters }: ErasureDeps, tenant: Tenant): AsyncGenerator<DeadLetter> {
  for (let cursor: string | undefined; ; ) {
    const { items, nextCursor } = await deadLetters.page(tenant, cursor, 500)
    yield* items
    if (nextCursor === undefined) return
    cursor = nextCursor
  }
}

import type { FactUpdated } from '../events/fact-updated.ts'
import type { OutboxEntry, SlimEvent } from '../events/outbox.ts'
import type { Tenant } from '../identifiers/tenant.ts'
import type { BlobAccess } from './blob-access.ts'
import type { FactTarget, LongList } from './fact.ts'
import type { FactRepository } from './fact-repository.ts'
import { readFactBody } from './read-known-fact.ts'

export interface CompleteEventDeps {
  readonly facts: Pick<FactRepository, 'find'>
  readonly blobs: (tenant: Tenant) => Pick<BlobAccess, 'readBlob'>
  readonly producer: string
  readonly release: string
}

const maxTargets = 100
const noTrace = { trace_id: '0'.repeat(32), span_id: '0'.repeat(16) }

/** The whole event of what waits in a row: the targets are read from the very version that the event announces. */
export async function completeEvent(
  deps: CompleteEventDeps,
  entry: OutboxEntry,
  slim: SlimEvent,
): Promise<FactUpdated> {
  const { tenant, subjectKey } = entry
  const row = slim.erased ? undefined : await deps.facts.find(tenant, subjectKey)
  const { traceId, spanId } = slim
  return {
    event_id: slim.id,
    emitted_at: slim.time,
    tenant,
    subject_key: subjectKey,
    fact_kind: 'reachability',
    fact_version: slim.version,
    digest: slim.digest,
    content_type: 'application/json',
    producer: deps.producer,
    source: { pipeline: 'signals', release: deps.release },
    trace: traceId !== undefined && spanId !== undefined ? { trace_id: traceId, span_id: spanId } : noTrace,
    summary: {
      ...slim.figures,
      targets: slim.erased ? [] : await firstTargets(deps.blobs(tenant), slim),
      analysisIds: row?.ledger.analysisIds ?? [],
      change: slim.change,
      computedAt: slim.time,
      ...(slim.erased && { erased: true }),
    },
  }
}

async function firstTargets(blobs: Pick<BlobAccess, 'readBlob'>, { digest }: SlimEvent): Promise<string[]> {
  const { targets } = await readFactBody(blobs, { digest })
  const entries = await firstEntries(blobs, targets)
  return entries.slice(0, maxTargets).map(({ target }) => target)
}

async function firstEntries(
  blobs: Pick<BlobAccess, 'readBlob'>,
  list: LongList<FactTarget>,
): Promise<readonly FactTarget[]> {
  if (!('chunks' in list)) return list
  const entries: FactTarget[] = []
  for (const digest of list.chunks) {
    if (entries.length >= maxTargets) break
    entries.push(...(JSON.parse(Buffer.from(await blobs.readBlob(digest)).toString('utf8')) as FactTarget[]))
  }
  return entries
}

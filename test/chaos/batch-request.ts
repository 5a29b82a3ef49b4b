import { gzipSync } from 'node:zlib'
import type { PlannedBatch } from './planned-batches.ts'

export interface BatchRequest {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array<ArrayBuffer>
}

/** The same bytes whenever a batch is sent, for it is known again by them. */
export function requestOf(batch: PlannedBatch, callgraphIds: readonly string[]): BatchRequest {
  const callgraphId = callgraphIds[batch.graph] ?? ''
  const key = { 'idempotency-key': batch.key }
  if (batch.form === 'envelope') {
    const envelope = { subject: { scanId: batch.subject }, callgraphId, events: batch.events }
    const headers = { ...key, 'content-type': 'application/json' }
    return { path: '/signals/runtime-facts', headers, body: JSON.stringify(envelope) }
  }
  const query = new URLSearchParams({ callgraphId, scanId: batch.subject })
  const path = `/signals/runtime-facts/ndjson?${query.toString()}`
  const headers = { ...key, 'content-type': 'application/x-ndjson' }
  const lines = batch.events.map((event) => JSON.stringify(event)).join('\n')
  if (batch.form === 'lines') return { path, headers, body: lines }
  return { path, headers: { ...headers, 'content-encoding': 'gzip' }, body: Uint8Array.from(gzipSync(lines)) }
}

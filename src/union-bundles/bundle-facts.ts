import { createReadStream } from 'node:fs'
import type { IdentifiedSubject } from '../identifiers/subject.ts'
import type { KeptBatch } from '../runtime-facts/acknowledge-batch.ts'
import type { EventBatch } from '../runtime-facts/event-batch.ts'
import { streamedFactsScope } from '../runtime-facts/ingest-runtime-facts.ts'
import { type ReadEventsLimits, readEvents } from '../runtime-facts/read-events.ts'
import type { ExtractedFile } from './extract-entry.ts'
import type { UnionBundle } from './union-bundle.ts'
import { refusedFile } from './union-bundle-errors.ts'

const name = 'facts_runtime.ndjson'

/** Takes all the runtime facts of a bundle into a batch, or refuses the bundle for one that is bad. */
export async function readFacts(limits: ReadEventsLimits, file: ExtractedFile, batch: EventBatch): Promise<void> {
  for await (const events of readEvents(limits, createReadStream(file.blob.path))) await batch.add(events)
  const { total, violations } = batch.refused
  if (total > 0) {
    const message = violations[0]?.message ?? 'has a line that is not usable'
    throw refusedFile(name, 'UNION_LINE_INVALID', message, { violations })
  }
  // A JSON array is no file of lines, though a request may have one.
  if (batch.accepted !== file.records) {
    throw refusedFile(name, 'UNION_RECORDS_MISMATCH', `has ${batch.accepted} facts in ${file.records} lines`)
  }
}

/**
 * The batch as if somebody had posted the file to the bundle's graph: whoever does so afterwards, with its key where it
 * has one, posts it a second time, and it counts once.
 */
export function keptFacts(
  { tenant, analysisId }: UnionBundle,
  subject: IdentifiedSubject,
  { file, batch, correlationId }: ReadFacts,
): KeptBatch {
  return {
    tenant,
    scope: streamedFactsScope,
    idempotencyKey: factsKey(analysisId, batch),
    agentInstance: undefined,
    correlationId,
    isStrict: false,
    format: 'signals',
    bodyDigest: file.blob.digest,
    envelope: { ...subject, callgraphId: analysisId },
    batch,
  }
}

export interface ReadFacts {
  readonly file: ExtractedFile
  readonly batch: EventBatch
  readonly correlationId: string
}

/** None where the content itself is a key. */
export function factsKey(analysisId: string, { isEachTimed, isEachInContainer }: EventBatch): string | undefined {
  return isEachTimed && isEachInContainer ? undefined : `union:${analysisId}:${name}`
}

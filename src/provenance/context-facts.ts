import { z } from 'zod'
import { compareOrdinal } from '../lib/ordinal.ts'
import { moreDirect } from './classify-event.ts'
import {
  aocContract,
  aocVersion,
  captureMethodSchema,
  confidenceSchema,
  maxRecords,
  provenanceSubjectSchema,
  recordKey,
  recordTypeSchema,
} from './provenance-record.ts'

/** What all batches together say of one subject. No raw data, no observer: a fact depends on no single batch. */
export const contextRecordSchema = z.strictObject({
  recordType: recordTypeSchema,
  subject: provenanceSubjectSchema,
  firstOccurredAt: z.iso.datetime({ precision: 3 }).optional(),
  occurredAt: z.iso.datetime({ precision: 3 }).optional().describe('the last; absent when no event had a time'),
  confidence: confidenceSchema,
  evidence: z.strictObject({ captureMethod: captureMethodSchema }),
})

export type ContextRecord = z.infer<typeof contextRecordSchema>

/** The ordinally smallest records of one or more batches, sorted by their keys. */
export interface ContextRecords {
  readonly records: readonly ContextRecord[]
  /** True when there were more. */
  readonly truncated?: boolean | undefined
}

export const noContextRecords: ContextRecords = { records: [] }

/** The contract that a fact's context records are written to. */
export const contextAoc = { version: aocVersion, contract: aocContract } as const

/**
 * What two batches say together. Commutative, associative and idempotent, so that a fact depends neither on the order
 * of its batches nor on how events were put into them. Both lists are sorted by key; so is the answer.
 */
export function mergeContextRecords(
  one: ContextRecords,
  other: ContextRecords,
  limit: number = maxRecords,
): ContextRecords {
  const records = mergeSorted(one.records, other.records)
  const isTruncated = one.truncated === true || other.truncated === true || records.length > limit
  return { records: records.slice(0, limit), ...(isTruncated && { truncated: true }) }
}

/**
 * Two records of one key as one: the earliest and the latest time, the highest confidence, the most direct sight. Gives
 * the first itself back when the second adds nothing to it.
 */
export function mergeContextRecord(one: ContextRecord, other: ContextRecord): ContextRecord {
  const { recordType, subject } = one
  const firstOccurredAt = outermost(one.firstOccurredAt, other.firstOccurredAt, -1)
  const occurredAt = outermost(one.occurredAt, other.occurredAt, 1)
  const confidence = Math.max(one.confidence, other.confidence)
  const captureMethod = moreDirect(one.evidence.captureMethod, other.evidence.captureMethod)
  const isKnown = confidence === one.confidence && captureMethod === one.evidence.captureMethod
  if (isKnown && firstOccurredAt === one.firstOccurredAt && occurredAt === one.occurredAt) return one
  return {
    recordType,
    subject,
    ...(firstOccurredAt !== undefined && { firstOccurredAt }),
    ...(occurredAt !== undefined && { occurredAt }),
    confidence,
    evidence: { captureMethod },
  }
}

function mergeSorted(ones: readonly ContextRecord[], others: readonly ContextRecord[]): ContextRecord[] {
  const merged: ContextRecord[] = []
  let [left, right] = [0, 0]
  for (;;) {
    const [one, other] = [ones[left], others[right]]
    if (one === undefined || other === undefined) break
    const order = compareOrdinal(recordKey(one), recordKey(other))
    merged.push(order === 0 ? mergeContextRecord(one, other) : order < 0 ? one : other)
    if (order <= 0) left += 1
    if (order >= 0) right += 1
  }
  return [...merged, ...ones.slice(left), ...others.slice(right)]
}

/** The smaller text for sign −1, the larger for 1; absent only when both are. */
function outermost(one: string | undefined, other: string | undefined, sign: -1 | 1): string | undefined {
  if (one === undefined || other === undefined) return one ?? other
  return compareOrdinal(one, other) === sign ? one : other
}

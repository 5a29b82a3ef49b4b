import { z } from 'zod'
import type { Erasure } from './erasure.ts'
import type { ErasurePlan } from './plan-erasure.ts'

const Counts = z.object({
  facts: z.int(),
  versions: z.int().describe('of the fact, in its list of versions'),
  evidence: z.int().describe('with receipts and idempotency keys'),
  events: z.int().describe('which keep their place, id and version in the event log, and tell nothing else'),
  deadLetters: z.int(),
  bundles: z.int().describe('union bundles; of a subject, those that lose their runtime facts'),
  callgraphs: z.int().describe('of a whole tenant; graphs of a subject are its tenant’s, and stay'),
  content: z.int().describe('objects in content-addressed storage'),
  contentBytes: z.int().describe('as they rest, compressed'),
})

const about = { subjectKey: z.string().optional().describe('absent for a whole tenant'), planDigest: z.string() }
const version = z.int().describe('the last of the fact; if it comes to be again, it goes on behind it')

const PlanDocument = z.object({
  status: z.literal('planned'),
  ...about,
  version,
  erases: Counts,
  sharedContent: z.int().describe('objects that other subjects of the tenant hold too: they stay'),
})

export const ErasureDocument = z.object({
  status: z.enum(['erased', 'unfinished']),
  erasureId: z.string(),
  ...about,
  version,
  erased: Counts,
  contentLeft: z.int().describe('objects put too lately to be sure that nobody is about to name them: ask again later'),
  begunAt: z.string(),
  endedAt: z.string().optional(),
  correlationId: z.string(),
})

export const ErasureAnswer = z.union([PlanDocument, ErasureDocument])
export const ErasuresPage = z.object({ items: z.array(ErasureDocument).readonly(), nextCursor: z.string().optional() })

export function planDocument(plan: ErasurePlan): z.input<typeof PlanDocument> {
  return { status: 'planned', ...plan }
}

export function erasureDocument(erasure: Erasure): z.input<typeof ErasureDocument> {
  const { id: erasureId, tenant: _tenant, counts: erased, left, ...told } = erasure
  const contentLeft = left.own.length + left.shareable.length
  return { status: erasure.endedAt === undefined ? 'unfinished' : 'erased', erasureId, ...told, erased, contentLeft }
}

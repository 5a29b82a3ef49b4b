import { z } from 'zod'

/** `signals.fact.updated.v1` (contracts, 9), in the seed's spelling on the outside and ours within `summary`. */
export const factUpdatedType = 'signals.fact.updated.v1'

/** `verdict` when any target's verdict changed, else `evidence`. */
const FactChangeSchema = z.enum(['verdict', 'evidence'])

const FactUpdatedSummarySchema = z
  .object({
    bucket: z.string().nullable(),
    weight: z.number().nullable(),
    stateCount: z.int(),
    score: z.number(),
    targets: z.array(z.string()).readonly().describe('the first 100'),
    unknownsCount: z.int(),
    unknownsPressure: z.number(),
    averageConfidence: z.number(),
    callgraphIds: z.array(z.string()).readonly(),
    analysisIds: z.array(z.string()).readonly(),
    verdict: z.string(),
    change: FactChangeSchema,
    computedAt: z.string(),
    erased: z.literal(true).optional().describe('the subject was erased; nothing else is told of this version'),
  })
  .readonly()

export const FactUpdatedSchema = z
  .object({
    event_id: z.string().describe('UUID, the same across retries'),
    emitted_at: z.string(),
    tenant: z.string(),
    subject_key: z.string(),
    fact_kind: z.enum(['callgraph', 'runtime', 'reachability', 'signal']),
    fact_version: z.int(),
    digest: z.string(),
    content_type: z.literal('application/json'),
    producer: z.string(),
    source: z.object({ pipeline: z.literal('signals'), release: z.string().optional() }).readonly(),
    trace: z.object({ trace_id: z.string(), span_id: z.string() }).readonly(),
    summary: FactUpdatedSummarySchema,
  })
  .readonly()

export type FactUpdated = z.infer<typeof FactUpdatedSchema>
export type FactUpdatedSummary = z.infer<typeof FactUpdatedSummarySchema>
export type FactChange = z.infer<typeof FactChangeSchema>

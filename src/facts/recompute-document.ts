import { z } from 'zod'
import { metadataSchema } from '../callgraphs/callgraph-upload.ts'
import { SubjectMembers } from './subject-document.ts'

const symbolName = z.string().trim().min(1).max(4096)
const callgraphId = z.string().trim().min(1).max(128)

/** Limits of contracts, 12, as the configuration sets them. */
export interface RecomputeLimits {
  readonly requestTargets: number
}

/** The body of a recompute: what it names stays with the subject until it is given again (small print of contracts, 6). */
export function recomputeBody({ requestTargets }: RecomputeLimits) {
  return z.strictObject({
    subject: SubjectMembers,
    callgraphIds: z.array(callgraphId).max(1_000).optional().describe('graphs that belong to the subject from now on'),
    targets: z.array(symbolName).max(requestTargets).optional().describe('added to what was asked before, for ever'),
    entryPoints: z
      .array(symbolName)
      .max(requestTargets)
      .optional()
      .describe('replace those of each graph in which they are nodes; [] gives the graphs their own back'),
    blockedEdges: z
      .array(z.strictObject({ from: symbolName, to: symbolName }))
      .max(requestTargets)
      .optional()
      .describe('not followed by the search; [] opens them again'),
    metadata: metadataSchema.optional(),
  })
}

export type RecomputeBody = z.infer<ReturnType<typeof recomputeBody>>

export const RecomputeReceipt = z.object({
  receiptId: z.string(),
  subjectKey: z.string(),
  callgraphIds: z.array(z.string()),
  targets: z.int().describe('how many were named'),
  entryPoints: z.int().optional().describe('how many were given; absent leaves those given before'),
  blockedEdges: z.int().optional().describe('how many were given; absent leaves those given before'),
  fact: z
    .object({ version: z.int(), digest: z.string(), score: z.number() })
    .optional()
    .describe('with Prefer: wait, when it was computed in time'),
})

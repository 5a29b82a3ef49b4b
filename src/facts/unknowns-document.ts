import { z } from 'zod'
import { SubjectMembers } from './subject-document.ts'

const name = z.string().trim().min(1).max(4096).optional()

const ReportedUnknownDocument = z
  .strictObject({ symbolId: name, codeId: name, purl: name, edgeFrom: name, edgeTo: name, reason: name })
  .refine(({ symbolId, codeId, purl, edgeFrom }) => Boolean(symbolId ?? codeId ?? purl ?? edgeFrom), {
    message: 'names none of symbolId, codeId, purl, or edgeFrom with edgeTo',
  })
  .refine(({ edgeFrom, edgeTo }) => (edgeFrom === undefined) === (edgeTo === undefined), {
    message: 'has one of edgeFrom and edgeTo without the other',
  })

/** Limits of contracts, 12, as the configuration sets them. */
export interface UnknownsLimits {
  readonly requestUnknowns: number
}

export function unknownsBody({ requestUnknowns }: UnknownsLimits) {
  return z.strictObject({
    subject: SubjectMembers,
    callgraphId: z.string().trim().min(1).max(128),
    unknowns: z.array(ReportedUnknownDocument).min(1).max(requestUnknowns),
  })
}

export type UnknownsBody = z.infer<ReturnType<typeof unknownsBody>>

export const UnknownsReceipt = z.object({
  receiptId: z.string(),
  subjectKey: z.string(),
  callgraphId: z.string(),
  source: z.string().describe('whose earlier report this one replaces'),
  unknowns: z.int().describe('distinct ones'),
  fact: z
    .object({ version: z.int(), digest: z.string(), score: z.number() })
    .optional()
    .describe('with Prefer: wait, when there is a fact and it was computed in time'),
})

export const UnknownDocument = z.object({
  symbolId: z.string().optional(),
  codeId: z.string().optional(),
  purl: z.string().optional(),
  edgeFrom: z.string().optional(),
  edgeTo: z.string().optional(),
  reasons: z.array(z.string()).readonly(),
  sources: z.array(z.string()).readonly().describe('callgraph, runtime, or who reported it'),
})

export const UnknownsPage = z.object({
  subjectKey: z.string(),
  items: z.array(UnknownDocument).readonly(),
  nextCursor: z.string().optional(),
})

import { z } from 'zod'
import { pageOfDocuments, StateDocument, Verdict } from './fact-documents.ts'
import { VersionNumber } from './find-version.ts'

const FactVersionDocument = z.object({
  version: z.int(),
  digest: z.string(),
  computedAt: z.string(),
  verdict: z.string(),
  score: z.number(),
  change: z.enum(['verdict', 'evidence']).describe('whether the verdict of any target changed'),
})

export const VersionsDocument = pageOfDocuments(FactVersionDocument)

export const DiffQuery = z.object({
  from: VersionNumber,
  to: VersionNumber.optional().describe('the last one when absent'),
})

const ComparedVersionDocument = z.object({
  version: z.int(),
  digest: z.string(),
  computedAt: z.string(),
  verdict: Verdict,
  score: z.number(),
  requestedScore: z.number().nullable(),
})

const StateThen = StateDocument.pick({ verdict: true, bucket: true, score: true, reasons: true, path: true })
  .nullable()
  .describe('null where there was no state of the target in that graph')

const ofTarget = { callgraphId: z.string(), target: z.string() }

export const FactDiffDocument = z.object({
  subjectKey: z.string(),
  from: ComparedVersionDocument,
  to: ComparedVersionDocument,
  verdictChanges: z
    .array(z.object({ ...ofTarget, before: StateThen, after: StateThen }))
    .readonly()
    .describe('the first 1,000'),
  verdictChangesTotal: z.int(),
  scoreChanges: z
    .array(z.object({ ...ofTarget, before: z.number(), after: z.number() }))
    .readonly()
    .describe('where the verdict is the same; the first 1,000'),
  scoreChangesTotal: z.int(),
  newRuntimeSymbols: z
    .array(z.object({ callgraphId: z.string(), symbolId: z.string(), hitCount: z.int() }))
    .readonly()
    .describe('the first 1,000'),
  newRuntimeSymbolsTotal: z.int(),
})

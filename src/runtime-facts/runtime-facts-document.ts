import { z } from 'zod'
import { runtimeTools } from '../evidence/tool-output.ts'

const Subject = z
  .object({
    scanId: z.string().optional(),
    imageDigest: z.string().optional(),
    component: z.string().optional(),
    version: z.string().optional(),
  })
  .describe('scanId, imageDigest, or component and version; the first of them is the key')

const Event = z
  .looseObject({
    symbolId: z.string().describe('id, symbolKey or symbolId of a node of the callgraph'),
    hitCount: z.int().min(1).optional().describe('1 when absent'),
    observedAt: z.iso.datetime({ offset: true }).optional(),
    codeId: z.string().optional(),
    purl: z.string().optional(),
    buildId: z.string().optional(),
    loaderBase: z.string().optional(),
    processId: z.union([z.int(), z.string()]).optional(),
    processName: z.string().optional(),
    socketAddress: z.string().optional(),
    containerId: z.string().optional(),
    evidenceUri: z.string().optional(),
    metadata: z.record(z.string(), z.string()).optional(),
  })
  .describe('camelCase or snake_case')

/** For the OpenAPI document: bodies are checked by hand, with the place of every fault. */
export const RuntimeFactsBody = z.object({
  subject: Subject,
  callgraphId: z.string(),
  events: z.array(Event).min(1),
  observation: z
    .object({
      from: z.iso.datetime({ offset: true }),
      to: z.iso.datetime({ offset: true }),
      dropped: z.int().min(0).optional().describe('events that were lost; silence then proves nothing'),
    })
    .optional(),
  analysisId: z.string().optional(),
  metadata: z.record(z.string(), z.string()).optional(),
})

export const RuntimeFactsStream = z
  .string()
  .describe('One event per line, one JSON array of events, or the output of a tool (see `format`)')

export const RuntimeFactsReceipt = z.object({
  receiptId: z.string(),
  subjectKey: z.string(),
  callgraphId: z.string(),
  analysisId: z.string().optional(),
  idempotency: z.enum(['header', 'content', 'none']).describe('by what a repeat of this batch is known'),
  accepted: z.int(),
  duplicate: z.int().describe('how many of the accepted were counted before'),
  rejected: z.int(),
  uniqueSymbols: z.int(),
  totalHits: z.int(),
  saturated: z.literal(true).optional().describe('a sum came to 2^53-1 and stays there'),
  unmatchedSymbols: z.int().describe('names that are no node of the callgraph, or several'),
  format: z.enum(runtimeTools).optional().describe('the tool whose output it was'),
  matched: z.int().optional().describe('nodes that the output of a tool speaks of'),
  platformFunctions: z.int().optional().describe('functions of the platform itself, left out'),
  unmatched: z
    .array(z.object({ symbolId: z.string(), nearest: z.string().optional() }))
    .optional()
    .describe('the first 20 names of a tool that are no node, each with the node whose name comes nearest'),
  traceCasUri: z.string(),
  provenanceHash: z.string(),
  fact: z
    .object({ version: z.int(), digest: z.string(), score: z.number() })
    .optional()
    .describe('with Prefer: wait, when it was computed in time'),
})

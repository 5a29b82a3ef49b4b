import { z } from 'zod'
import { entryPointKinds } from './callgraph.ts'
import type { CallgraphRecord } from './callgraph-record.ts'

const Digest = z.string().regex(/^sha256:[0-9a-f]{64}$/)

const Dropped = z.object({
  duplicateNodes: z.int(),
  duplicateEdges: z.int(),
  clampedConfidences: z.int(),
})

const EntryPoint = z.object({
  nodeId: z.string(),
  kind: z.enum(entryPointKinds),
  route: z.string().optional(),
  phase: z.string().optional(),
  source: z.enum(['declared', 'inferred', 'guessed']),
})

const Analyzer = z.object({ name: z.string(), version: z.string().optional(), algorithm: z.string().optional() })

const described = {
  callgraphId: z.string(),
  graphHash: Digest,
  artifactHash: Digest,
  casUri: z.string(),
  manifestCasUri: z.string(),
  manifestHash: Digest,
  schemaVersion: z.string(),
  language: z.string(),
  component: z.string(),
  version: z.string(),
  nodeCount: z.int(),
  edgeCount: z.int(),
  entryPointCount: z.int(),
  externalCount: z.int(),
  dropped: Dropped,
}

/** The answer to a graph (contracts, 3), and what a repeat is answered with. */
export const CallgraphReceipt = z.object({
  ...described,
  status: z.enum(['created', 'unchanged']),
  receiptId: z.string(),
  subjectKey: z.string().optional(),
  analysisId: z.string().optional(),
  fact: z.object({ version: z.int(), digest: Digest, score: z.number() }).optional(),
})

/** What is known of a stored graph. */
export const CallgraphDocument = z.object({
  ...described,
  artifactCasUri: z.string(),
  format: z.string(),
  closedWorld: z.boolean(),
  entryPoints: z.array(EntryPoint).describe('the first 1,000'),
  analyzer: Analyzer.optional(),
  analysisIds: z.array(z.string()),
  subjectKeys: z.array(z.string()),
  metadata: z.record(z.string(), z.string()).optional(),
  createdAt: z.string(),
})

export type CallgraphDocument = z.infer<typeof CallgraphDocument>

/** A stored graph as its tenant reads it. */
export function callgraphDocument(record: CallgraphRecord): CallgraphDocument {
  // The schema leaves out what is not for its readers: the tenant, and what only we look at.
  return CallgraphDocument.parse(record)
}

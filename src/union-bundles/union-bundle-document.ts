import { z } from 'zod'

const Digest = z.string().regex(/^sha256:[0-9a-f]{64}$/)

const StoredFile = z.object({
  path: z.string(),
  sha256: Digest,
  records: z.int().describe('lines that are not blank'),
  bytes: z.int(),
  casUri: z.string(),
})

const RuntimeFacts = z
  .object({
    receiptId: z.string(),
    idempotency: z.enum(['header', 'content']),
    idempotencyKey: z
      .string()
      .optional()
      .describe(
        'with it as Idempotency-Key the file can be posted again, and counts once; absent where its content is its key',
      ),
    accepted: z.int(),
    uniqueSymbols: z.int(),
    totalHits: z.int(),
    unmatchedSymbols: z.int(),
    traceCasUri: z.string(),
    provenanceHash: z.string(),
  })
  .describe('the batch that the runtime facts of the bundle are')

/** The answer to a bundle (contracts, 5), and what a repeat is answered with. */
export const UnionBundleReceipt = z.object({
  analysisId: z.string(),
  callgraphId: z.string().describe('the analysis id'),
  graphHash: Digest,
  language: z.string(),
  component: z.string(),
  version: z.string(),
  nodeCount: z.int(),
  edgeCount: z.int(),
  files: z.array(StoredFile),
  subjectKey: z.string().optional(),
  receiptId: z.string(),
  runtimeFacts: RuntimeFacts.optional(),
  fact: z
    .object({ version: z.int(), digest: Digest, score: z.number() })
    .optional()
    .describe('with Prefer: wait, when it was computed in time'),
})

/** For the OpenAPI document: the body is a stream. */
export const UnionBundleArchive = z
  .string()
  .describe('ZIP archive of nodes.ndjson, edges.ndjson, meta.json and, optionally, facts_runtime.ndjson')

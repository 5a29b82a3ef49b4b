import { z } from 'zod'
import { contextRecordSchema } from '../provenance/context-facts.ts'
import { profileNames } from '../scoring/profile.ts'
import { reasonsInOrder, verdictsWorstFirst } from '../scoring/state.ts'

/** Facts as clients read them (contracts, 6). */
export const Bucket = z.enum(['unreachable', 'entrypoint', 'runtime', 'direct', 'unknown'])
export const Verdict = z.enum(verdictsWorstFirst)
export const LatticeState = z.enum(['U', 'SR', 'SU', 'RO', 'RU', 'CR', 'CU', 'X'])
const Names = z.array(z.string()).readonly()
const DigestText = z.templateLiteral(['sha256:', z.string()])

export const StateDocument = z.object({
  callgraphId: z.string(),
  target: z.string(),
  reachable: z.boolean(),
  verdict: Verdict,
  reasons: z.array(z.enum(reasonsInOrder)).readonly(),
  bucket: Bucket,
  weight: z.number(),
  confidence: z.number(),
  score: z.number().describe('confidence × weight, to 6 decimals'),
  latticeState: LatticeState,
  path: Names.describe('from entry point to target; empty when there is none'),
  pathLength: z.int().optional().describe('only where the path is longer than shown'),
  evidence: z.object({
    runtimeHits: Names,
    blockedEdges: z
      .array(z.object({ from: z.string(), to: z.string() }))
      .readonly()
      .describe('on the path that would be found with nothing blocked'),
  }),
})

export const RuntimeFactDocument = z.object({
  callgraphId: z.string(),
  symbolId: z.string(),
  hitCount: z.int(),
  firstObservedAt: z.string().optional(),
  observedAt: z.string().optional(),
  codeIds: Names.optional(),
  loaderBases: Names.optional(),
  purls: Names.optional(),
  buildIds: Names.optional(),
  containerIds: Names.optional(),
  processNames: Names.optional(),
  socketAddresses: Names.optional(),
  evidenceUris: Names.optional(),
  truncated: z.boolean().optional().describe('a list had more than 32 distinct values'),
})

const figures = {
  unknownsCount: z.int(),
  unknownsPressure: z.number(),
  score: z.number(),
  requestedScore: z.number().nullable().describe('null when no target was requested'),
  verdict: Verdict,
}

export const FactDocument = z
  .object({
    schema: z.literal('signals.fact.v1'),
    subject: z.record(z.string(), z.string()),
    subjectKey: z.string(),
    callgraphs: z.array(
      z.object({
        callgraphId: z.string(),
        graphHash: DigestText,
        language: z.string(),
        closedWorld: z.boolean(),
        entryPoints: z.array(z.object({ nodeId: z.string(), source: z.enum(['declared', 'inferred', 'guessed']) })),
        entryPointCount: z.int().optional().describe('only where they are more than shown'),
      }),
    ),
    callgraphId: z.string().nullable(),
    scoringProfile: z.object({ name: z.enum(profileNames), digest: DigestText }),
    targets: z.array(z.object({ target: z.string(), origin: z.array(z.enum(['requested', 'observed'])) })),
    targetsTotal: z.int().optional().describe('only where they are more than shown; their states name the rest'),
    states: z.array(StateDocument),
    statesNextCursor: z.string().optional(),
    statesTotal: z.int().optional(),
    runtimeFacts: z.array(RuntimeFactDocument),
    runtimeFactsNextCursor: z.string().optional(),
    runtimeFactsTotal: z.int().optional(),
    contextFacts: z.object({
      aoc: z.object({ version: z.string(), contract: z.string() }),
      records: z.array(contextRecordSchema).describe('at most 10,000, the ordinally smallest'),
      truncated: z.literal(true).optional().describe('there were more'),
    }),
    ...figures,
    tenant: z.string(),
    metadata: z.record(z.string(), z.string()),
    computedAt: z.string(),
  })
  .describe('fact.digest covers every member but tenant, metadata and computedAt, as canonical JSON')

export const FactSummaryDocument = z.object({
  subjectKey: z.string(),
  version: z.int(),
  digest: DigestText,
  computedAt: z.string(),
  callgraphIds: Names,
  stateCount: z.int(),
  targetCount: z.int(),
  runtimeFactCount: z.int(),
  ...figures,
  bucket: Bucket.nullable().describe('of the highest-scoring state'),
  weight: z.number().nullable(),
  averageConfidence: z.number(),
  buckets: z.array(Bucket).readonly(),
  verdicts: z.array(Verdict).readonly(),
})

export const pageOfDocuments = <Document extends z.ZodType>(document: Document) =>
  z.object({ items: z.array(document).readonly(), nextCursor: z.string().optional() })

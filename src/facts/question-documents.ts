import { z } from 'zod'
import { profileNames } from '../scoring/profile.ts'
import { reasonsInOrder } from '../scoring/state.ts'
import { Bucket, LatticeState, StateDocument, Verdict } from './fact-documents.ts'

const symbolName = z.string().trim().min(1).max(4096)

/** What a query may ask for: a symbol by any of its names, or all nodes that share a package or namespace. */
export const QueryTarget = z.union([
  symbolName.describe('id, then symbolKey, then symbolId: the first kind of name with any match decides'),
  z.strictObject({ id: symbolName }),
  z.strictObject({ symbolKey: symbolName }),
  z.strictObject({ symbolId: symbolName }),
  z.strictObject({ purl: symbolName }).describe('nodes of this package, in any version when it names none'),
  z.strictObject({ namespace: symbolName }).describe('nodes of this namespace and of those within it'),
])

export type QueryTarget = z.infer<typeof QueryTarget>

export const QueryBody = z.strictObject({ targets: z.array(QueryTarget).min(1).describe('at most 1,000 in total') })

const Unmatched = z.object({
  target: z.string().optional(),
  purl: z.string().optional(),
  namespace: z.string().optional(),
  nearestNames: z.array(z.string()).readonly(),
})

export const QueryAnswer = z.object({
  factVersion: z.int(),
  digest: z.string(),
  states: z
    .array(StateDocument)
    .readonly()
    .describe('in order of callgraphId and target, computed now; nothing is stored'),
  unmatched: z.array(Unmatched).readonly().optional().describe('what is in no graph, and what may have been meant'),
})

const CallDocument = z.object({
  kind: z.enum(['static', 'heuristic', 'runtime']),
  type: z.enum(['call', 'import', 'inherit', 'reference']),
  reason: z.string().optional(),
  confidence: z.number(),
  isResolved: z.boolean(),
  places: z.array(z.string()).readonly().optional().describe('where the call stands, as the analyser printed it'),
})

const StepDocument = z.object({
  id: z.string(),
  symbolKey: z.string(),
  name: z.string(),
  kind: z.string(),
  namespace: z.string().optional(),
  file: z.string().optional(),
  line: z.int().optional(),
  purl: z.string().optional(),
  entryPoint: z.enum(['declared', 'inferred', 'guessed']).optional(),
  runtimeHits: z
    .object({ hitCount: z.int(), firstObservedAt: z.string().optional(), observedAt: z.string().optional() })
    .optional(),
  edge: CallDocument.optional().describe('of the edges from the step before, the most certain'),
})

const FormulaDocument = z.object({
  profile: z.enum(profileNames),
  profileDigest: z.string(),
  row: Bucket.describe('of the table, the one that gave the weight'),
  weight: z.number(),
  confidence: z.object({
    base: z.number().describe('with or without a path'),
    runtimeBonus: z.number(),
    minimum: z.number(),
    maximum: z.number(),
    value: z.number(),
  }),
  score: z.number(),
  text: z.string(),
})

const FrontierDocument = z.object({
  entries: z
    .array(
      z.object({
        kind: z.enum(['blocked-edge', 'unresolved-call', 'external-node']),
        node: z.string().optional(),
        from: z.string().optional(),
        to: z.string().optional(),
        candidates: z.array(z.string()).readonly().optional(),
        reason: z.string().optional(),
      }),
    )
    .readonly()
    .describe('the first 20'),
  counts: z.object({ 'blocked-edge': z.int(), 'unresolved-call': z.int(), 'external-node': z.int() }),
})

const explanation = {
  callgraphId: z.string(),
  target: z.string(),
  verdict: Verdict,
  reasons: z.array(z.enum(reasonsInOrder)).readonly(),
  reachable: z.boolean(),
  bucket: Bucket,
  latticeState: LatticeState,
  score: z.number(),
  path: z.array(StepDocument).readonly(),
  pathLength: z.int().optional().describe('only where the path is longer than shown'),
  furtherPaths: z.array(z.array(StepDocument).readonly()).readonly().describe('they share only their ends'),
  runtimeHits: z.array(z.string()).readonly(),
  blockedEdges: z.array(z.object({ from: z.string(), to: z.string() })).readonly(),
  formula: FormulaDocument,
  frontier: FrontierDocument.optional().describe('what stopped the search; only without a path'),
}

export const GraphExplanation = z.object(explanation)

export const ExplainAnswer = z.object({
  subjectKey: z.string(),
  factVersion: z.int(),
  digest: z.string(),
  ...explanation,
  callgraphId: z.string().nullable().describe('null when the subject has no graph'),
  furtherGraphs: z
    .array(GraphExplanation)
    .readonly()
    .describe('the same for the other graphs with a state of the target'),
  nearestNames: z.array(z.string()).readonly().optional().describe('only of a name that is in no graph'),
  fact: z
    .object({
      stateCount: z.int(),
      scoreSum: z.number(),
      unknownsCount: z.int(),
      unknownsPressure: z.number(),
      unknownsPenaltyCeiling: z.number(),
      score: z.number(),
      text: z.string(),
    })
    .describe('how the states of the fact came to its score'),
})

export type ExplainAnswer = z.infer<typeof ExplainAnswer>
export type GraphExplanation = z.infer<typeof GraphExplanation>
export type QueryAnswer = z.infer<typeof QueryAnswer>
export type Step = z.infer<typeof StepDocument>
export type FrontierDocument = z.infer<typeof FrontierDocument>
export type Formula = z.infer<typeof FormulaDocument>

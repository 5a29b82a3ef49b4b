import { z } from 'zod'

const FileProblemDocument = z.object({
  file: z.string(),
  problem: z.enum(['missing', 'altered', 'unexpected', 'unreadable', 'unknown']),
  message: z.string(),
})

const DivergenceDocument = z.object({
  member: z.string().describe('of the fact'),
  state: z.object({ callgraphId: z.string(), target: z.string() }).exactOptional(),
  entry: z.string().exactOptional().describe('of another list than `states`'),
  field: z.string().exactOptional().describe('of the state or entry; absent when only one side has it'),
  expected: z.unknown().describe('as the bundle has it; null where it has none'),
  computed: z.unknown().describe('as its inputs give it'),
})

/** What a replay comes to. */
export const ReplayDocument = z.object({
  match: z.boolean().nullable().describe('null: it cannot be said, since an input is missing or altered'),
  subjectKey: z.string().nullable(),
  factVersion: z.int().nullable(),
  expectedDigest: z.string().nullable(),
  computedDigest: z.string().nullable(),
  inputsVerified: z.int().describe('files of the bundle that are what its manifest says'),
  problems: z.array(FileProblemDocument).readonly(),
  divergence: DivergenceDocument.exactOptional().describe('the first, in the order in which a fact is made'),
})
